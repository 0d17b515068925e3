// Package credentials holds the user's named credential profiles: it reads
// them from the user's configuration file, checks them against one table of
// authentication methods, and fetches their secret fields from the OS keyring,
// the environment, a file or a command.
package credentials
