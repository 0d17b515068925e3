package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestVaultPages: the profiles and requests in the pages about the vaults are
// right as they stand, each vault has its page, and the README links them all.
func TestVaultPages(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```(jsonc|http)\n(.*?)^```$")
	for _, page := range []string{"aws", "gcp", "vault", "hcp", "azure", "local", "1password"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", page+".md"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(readme), "(docs/"+page+".md)") {
				t.Errorf("README does not link docs/%s.md", page)
			}
			u := newUser(t)
			// A page may use what it defined.
			for _, b := range block.FindAllStringSubmatch(string(text), -1) {
				if b[1] != "jsonc" {
					continue
				}
				config := b[2]
				if !strings.Contains(config, `"credentials"`) {
					config = `{"credentials": {"it": ` + config + `}}`
				}
				// An ellipsis stands for what only the reader knows.
				config = strings.ReplaceAll(config, "vault.….", "vault.0123.")
				u.configure(config)
				if got := u.run("credential", "list").want(t, exitOK); got.err != "" {
					t.Errorf("profiles:\n%s\n%s", config, got.err)
				}
			}
			for _, b := range block.FindAllStringSubmatch(string(text), -1) {
				if b[1] != "http" {
					continue
				}
				requests := b[2]
				for _, name := range regexp.MustCompile(` credential=\w+`).FindAllString(requests, -1) {
					requests = strings.ReplaceAll(requests, name, "")
				}
				got := u.run("check", u.write("a.http", requests))
				if strings.Contains(got.out, "error") {
					t.Errorf("requests:\n%s%s", requests, got.out)
				}
			}
		})
	}
}
