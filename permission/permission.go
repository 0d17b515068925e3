// Package permission remembers which secret may be sent to which origin.
package permission
