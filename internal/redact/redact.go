// Package redact replaces secrets, and the encoded forms in which they
// commonly come back, by the mask.
package redact
