// Package request turns a parsed request into one that can be sent, decides
// whether its secrets may go where it goes, sends it, and models the masked
// response.
package request
