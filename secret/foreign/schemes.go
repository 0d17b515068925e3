package foreign

import "strings"

// aws reads SECRET or the ARN of one.
func (x *expression) aws() {
	name := strings.Trim(x.rest, "/")
	x.set("secret", name)
	x.set("version", x.param("version_id"))
	x.set("stage", x.param("version_stage"))
	region := x.param("region")
	// The region of an ARN is the one of the secret.
	if !strings.HasPrefix(name, "arn:") {
		x.set("region", region)
	}
	x.key()
}

// ssm reads PATH, to which a fragment is added unless mode=singleparam says
// that it is a key: vals then asks for all parameters below the path.
func (x *expression) ssm() {
	name := strings.Trim(x.rest, "/")
	if !strings.HasPrefix(name, "arn:") {
		name = "/" + name
	}
	single := x.param("mode") == "singleparam"
	_ = x.param("recursive")
	if !single && x.fragment != "" {
		name += "/" + x.fragment
	}
	x.set("name", name)
	x.set("version", x.param("version"))
	x.set("region", x.param("region"))
	if single {
		x.key()
	}
}

// gcp reads PROJECT/SECRET, or SECRET in the project of the credential.
func (x *expression) gcp() {
	switch len(x.path) {
	case 1:
		x.set("secret", x.path[0])
	case 2:
		x.set("secret", x.path[1])
		x.set("project", x.path[0])
	default:
		x.failPath("PROJECT/SECRET")
	}
	x.set("version", x.param("version"))
	x.key()
	if isTrue(x.param("trim_nl")) {
		x.set("trim", "true")
	}
}

// vault reads MOUNT/PATH. Without a fragment the last segment is the key. The
// data/ of version 2 of the engine may stand behind the mount.
func (x *expression) vault() {
	const form = "MOUNT/PATH#/KEY; the server's address belongs into the credential"
	path := x.path
	key := ""
	if x.fragment == "" && len(path) > 2 {
		key, path = path[len(path)-1], path[:len(path)-1]
	}
	if len(path) > 2 && path[1] == "data" {
		path = append([]string{path[0]}, path[2:]...)
	}
	if len(path) < 2 || strings.ContainsAny(path[0], ":.") {
		x.failPath(form)
		return
	}
	x.set("path", strings.Join(path[1:], "/"))
	if path[0] != "secret" {
		x.set("mount", path[0])
	}
	x.set("version", x.param("version"))
	x.set("namespace", x.param("namespace"))
	if key != "" {
		x.fragment, x.at = key, len(x.text)
	}
	x.key()
	for i := range x.params {
		// raw is vals' word for no decoding.
		if p := &x.params[i]; p.name == "decode" && (p.value == "base64" || p.value == "raw") {
			p.used = true
			if p.value == "base64" {
				x.set("decode", p.value)
			}
		}
	}
}

// hcp reads APP/SECRET.
func (x *expression) hcp() {
	if len(x.path) != 2 {
		x.failPath("APPLICATION/SECRET")
		return
	}
	x.set("app", x.path[0])
	x.set("secret", x.path[1])
	x.either("organization")
	x.either("project")
	x.set("version", x.param("version"))
	x.key()
}

// either sets a field from NAME_id, else from NAME_name.
func (x *expression) either(field string) {
	id, name := x.param(field+"_id"), x.param(field+"_name")
	if id == "" {
		id = name
	}
	x.set(field, id)
}

// azure reads VAULT/SECRET[/VERSION], where VAULT may be a whole host name.
func (x *expression) azure() {
	if len(x.path) < 2 || len(x.path) > 3 {
		x.failPath("VAULT/SECRET, with or without /VERSION")
		return
	}
	if strings.Contains(x.path[0], ".") {
		x.set("id", "https://"+x.path[0]+"/secrets/"+strings.Join(x.path[1:], "/"))
	} else {
		x.set("vault", x.path[0])
		x.set("secret", x.path[1])
		if len(x.path) == 3 {
			x.set("version", x.path[2])
		}
	}
	x.key()
}

// op reads what stands behind op:// in a reference of 1Password.
func (x *expression) op() {
	id := opPrefix + x.rest
	for _, name := range []string{"attribute", "attr", "ssh-format"} {
		if value := x.param(name); value != "" {
			id += "?" + name + "=" + value
			break
		}
	}
	x.set("id", id)
	x.key()
}

func isTrue(text string) bool {
	switch text {
	case "1", "t", "T", "true", "True", "TRUE":
		return true
	}
	return false
}
