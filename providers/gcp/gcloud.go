package gcp

import (
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

var configurationPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][-a-z0-9]{0,100}$`) })

// gcloudProject is the project that `gcloud config get project` shows; "" if
// there is none. Only the user's own folder is read. The files are those of
// https://cloud.google.com/sdk/docs/configurations
func (a *account) gcloudProject() string {
	if project, _ := a.options.LookupEnv("CLOUDSDK_CORE_PROJECT"); projectPattern().MatchString(project) {
		return project
	}
	folder := a.options.gcloudFolder()
	if folder == "" {
		return ""
	}
	name, _ := a.options.LookupEnv("CLOUDSDK_ACTIVE_CONFIG_NAME")
	if name == "" {
		active, err := readLimited(filepath.Join(folder, "active_config"))
		if err != nil {
			return ""
		}
		name = strings.TrimSpace(string(active))
	}
	if !configurationPattern().MatchString(name) {
		return ""
	}
	text, err := readLimited(filepath.Join(folder, "configurations", "config_"+name))
	if err != nil {
		return ""
	}
	section := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		if value = strings.TrimSpace(value); section == "[core]" && strings.TrimSpace(key) == "project" && projectPattern().MatchString(value) {
			return value
		}
	}
	return ""
}
