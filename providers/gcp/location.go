package gcp

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Fields of a reference.
const (
	fieldSecret   = "secret"
	fieldProject  = "project"
	fieldVersion  = "version"
	fieldLocation = "location"
)

// latest is the version that was made last, whether it is enabled or not.
const latest = "latest"

// location says which version of which secret is meant. project is "" until
// the credential's is known.
type location struct {
	project string // id or number
	region  string // of a regional secret, else ""
	secret  string
	version string // number, alias or latest
}

// fieldError is what is wrong with a field of a reference. Its text is safe to
// show and repeats no value that was not checked.
type fieldError struct{ field, text, hint string }

func (e *fieldError) Error() string { return e.field + " " + e.text }

// What names may consist of. Nothing that is accepted can leave its place in a
// resource name, a path or a host name.
//
// Project ids: https://cloud.google.com/resource-manager/docs/creating-managing-projects
// (those of old organizations begin with the organization's domain and a
// colon). Secret ids, versions and aliases:
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets
func patternOf(field string) *regexp.Regexp {
	switch field {
	case fieldProject:
		return projectPattern()
	case fieldSecret:
		return secretPattern()
	case fieldVersion:
		return versionPattern()
	default: // one DNS label, since it becomes one
		return labelPattern()
	}
}

var (
	projectPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?:)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	})
	secretPattern  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`) })
	versionPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([1-9][0-9]{0,18}|[A-Za-z][A-Za-z0-9_-]{0,62})$`) })
	labelPattern   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`) })
)

// ruleOf says in words what patternOf accepts.
func ruleOf(field string) string {
	switch field {
	case fieldProject:
		return "is not the id or number of a project"
	case fieldSecret:
		return "is not the id of a secret (letters, digits, _ and -) or a resource name such as projects/my-project/secrets/my-secret"
	case fieldVersion:
		return "is not a version: a number, an alias or latest"
	default:
		return "is not a location such as europe-west3"
	}
}

// locate reads the fields of a reference through get and checks each. A full
// resource name in secret wins over nothing: a field that says something else
// is an error, since which of the two is meant would be a guess.
func locate(get func(field string) string) (location, error) {
	at, err := parseSecret(get(fieldSecret))
	if err != nil {
		return location{}, err
	}
	for _, part := range []struct {
		field string
		value *string
	}{{fieldProject, &at.project}, {fieldLocation, &at.region}, {fieldVersion, &at.version}} {
		if err := merge(part.field, part.value, get(part.field), strings.Contains(get(fieldSecret), "/")); err != nil {
			return location{}, err
		}
	}
	if at.version == "" {
		at.version = latest
	}
	return at, nil
}

// merge puts the value of a field beside what the resource name says. A full
// name without /locations/ is that of a global secret, so a location beside it
// is a contradiction too.
func merge(field string, named *string, given string, full bool) error {
	if given != "" && !patternOf(field).MatchString(given) {
		return &fieldError{field: field, text: ruleOf(field)}
	}
	if given == "" || given == *named {
		return nil
	}
	if *named != "" {
		return &fieldError{
			field: field, text: fmt.Sprintf("says %s and the resource name in secret says %s", given, *named),
			hint: "remove the field, or correct one of them",
		}
	}
	if full && field == fieldLocation {
		return &fieldError{
			field: field, text: "says " + given + " and the resource name in secret is that of a global secret",
			hint: "remove the field, or copy the regional name: projects/…/locations/" + given + "/secrets/…",
		}
	}
	*named = given
	return nil
}

// parseSecret reads a short id or a full resource name,
// projects/P[/locations/L]/secrets/S[/versions/V].
func parseSecret(text string) (location, error) {
	var at location
	parts := strings.Split(text, "/")
	if len(parts) == 1 {
		at.secret = text
	} else {
		targets := map[string]*string{"projects": &at.project, "locations": &at.region, "secrets": &at.secret, "versions": &at.version}
		order := []string{"projects", "locations", "secrets", "versions"}
		for len(parts) >= 2 {
			target, ok := targets[parts[0]]
			for len(order) > 0 && order[0] != parts[0] {
				order = order[1:]
			}
			if !ok || len(order) == 0 || parts[1] == "" {
				return location{}, &fieldError{field: fieldSecret, text: ruleOf(fieldSecret)}
			}
			*target, order, parts = parts[1], order[1:], parts[2:]
		}
		if len(parts) > 0 || at.project == "" {
			return location{}, &fieldError{field: fieldSecret, text: ruleOf(fieldSecret)}
		}
	}
	for _, part := range [][2]string{{fieldProject, at.project}, {fieldLocation, at.region}, {fieldVersion, at.version}} {
		if field, value := part[0], part[1]; value != "" && !patternOf(field).MatchString(value) {
			return location{}, &fieldError{field: fieldSecret, text: "is a resource name whose " + field + " " + ruleOf(field)}
		}
	}
	if !patternOf(fieldSecret).MatchString(at.secret) {
		return location{}, &fieldError{field: fieldSecret, text: ruleOf(fieldSecret)}
	}
	return at, nil
}

// parent is the resource whose secrets are listed.
func (at location) parent() string {
	if at.region == "" {
		return "projects/" + at.project
	}
	return "projects/" + at.project + "/locations/" + at.region
}

// secretName is the full resource name of the secret.
func (at location) secretName() string { return at.parent() + "/secrets/" + at.secret }

// versionName is the full resource name of the version.
func (at location) versionName() string { return at.secretName() + "/versions/" + at.version }

// last is what stands behind the last slash of a resource name.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// flags are the options with which the gcloud command names the secret.
func (at location) flags() string {
	flags := "--project=" + at.project
	if at.region != "" {
		flags += " --location=" + at.region
	}
	return flags
}
