package analysis

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/parser"
)

func benchInput(requests int) Input {
	src := benchfile.Requests(requests)
	file := parser.Parse(src)
	return Input{File: file, Scope: env.NewScope(file, nil, "", nil), CredentialsKnown: true, Snippets: true}
}

func BenchmarkDiagnose(b *testing.B) {
	in := benchInput(5000)
	b.SetBytes(int64(len(in.File.Src)))
	b.ReportAllocs()
	for b.Loop() {
		if found := Diagnose(in); len(found) != 0 {
			b.Fatalf("%+v", found[0])
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	in := benchInput(5000)
	request := strings.Index(in.File.Src, "createOrder4000\n")
	for _, behind := range []string{"\nPO", "POST {{", "\nCon", "Content-Type: ", "{{$", "{{$vault ", "key="} {
		b.Run(strings.TrimSpace(behind), func(b *testing.B) {
			offset := request + strings.Index(in.File.Src[request:], behind) + len(behind)
			b.ReportAllocs()
			for b.Loop() {
				if c := Complete(in, offset); len(c.Items) == 0 && c.Live == nil {
					b.Fatal("nothing")
				}
			}
		})
	}
}

func BenchmarkHover(b *testing.B) {
	in := benchInput(5000)
	offset := strings.Index(in.File.Src, "page 4001") + len("page 4001")
	offset += strings.Index(in.File.Src[offset:], "{{$aws") + 4
	b.ReportAllocs()
	for b.Loop() {
		if Hover(in, offset, nil) == nil {
			b.Fatal("nothing")
		}
	}
}

func BenchmarkLiterals(b *testing.B) {
	src := benchfile.Requests(5000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if l := FindLiterals(src); len(l.found) != 0 {
			b.Fatal(l.found[0].what)
		}
	}
}
