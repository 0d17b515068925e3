// Package request turns a parsed request into one that can be sent, decides
// whether its secrets may go where it goes, sends it, and models the masked
// response.
//
// Build expands one request of a file into a Plan, in which secrets are still
// references. Sender.Send asks the destination guard, fetches the secrets,
// puts them in, sends, follows redirects step by step, and masks everything
// that comes back.
package request
