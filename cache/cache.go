// Package cache holds values in memory for a limited time and makes one
// upstream call for any number of simultaneous requests for the same key.
package cache
