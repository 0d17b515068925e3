package main

import (
	"io/fs"
	"time"
)

// oneFile is a file system of one file, for a reader that finds files by their
// names. It is its own fs.FileInfo.
type oneFile struct {
	name string
	data []byte
}

// Open is there for fs.FS; who reads uses the methods below.
func (f oneFile) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

func (f oneFile) ReadDir(string) ([]fs.DirEntry, error) {
	return []fs.DirEntry{fs.FileInfoToDirEntry(f)}, nil
}

func (f oneFile) Stat(name string) (fs.FileInfo, error) {
	if name != f.name {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return f, nil
}

func (f oneFile) ReadFile(name string) ([]byte, error) {
	if name != f.name {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return f.data, nil
}

func (f oneFile) Name() string       { return f.name }
func (f oneFile) Size() int64        { return int64(len(f.data)) }
func (f oneFile) Mode() fs.FileMode  { return 0o600 }
func (f oneFile) ModTime() time.Time { return time.Time{} }
func (f oneFile) IsDir() bool        { return false }
func (f oneFile) Sys() any           { return nil }
