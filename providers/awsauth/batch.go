package awsauth

import "slices"

// Chunk is the part of ids, in order and each once, that goes into one call
// with id: the same for every id of it. No call takes more than limit.
func Chunk(ids []string, id string, limit int) []string {
	all := slices.Clone(ids)
	slices.Sort(all)
	all = slices.Compact(all)
	i, ok := slices.BinarySearch(all, id)
	if !ok {
		return nil
	}
	from := i / limit * limit
	return all[from:min(from+limit, len(all))]
}

// BatchRefused reports whether the error of a call for several secrets is one
// that single calls may not have: the identity may not fetch several, or the
// service has something against one of the names. service is as the SDK names
// it. Throttling and faults of the service are the same for single calls, only
// more of them.
func BatchRefused(err error, service string) bool {
	f, answered := FailureOf(err)
	return answered && f.Service == service && (f.Denied() || !f.Throttled() && f.Status < 500)
}
