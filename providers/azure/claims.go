package azure

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"
)

// claims are what an access token says about its owner. They are shown and
// nothing is decided by them: the signature is the vault's to check.
// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
type claims struct {
	UPN        string `json:"upn"`
	Preferred  string `json:"preferred_username"`
	Unique     string `json:"unique_name"`
	Mail       string `json:"email"`
	AppID      string `json:"appid"` // of tokens of version 1.0
	Party      string `json:"azp"`   // of version 2.0
	AppName    string `json:"app_displayname"`
	ObjectID   string `json:"oid"`
	Tenant     string `json:"tid"`
	ResourceID string `json:"xms_mirid"`
	Subject    string `json:"sub"`
}

// readClaims reads a JSON Web Token; the zero value if it is none.
func readClaims(token string) claims {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}
	}
	defer clear(body)
	var c claims
	if json.Unmarshal(body, &c) != nil {
		return claims{}
	}
	if c.AppID != "" {
		c.Party = ""
	}
	return c
}

// person is a person's user name; "" if there is none.
func (c claims) person() string {
	for _, name := range []string{c.UPN, c.Preferred, c.Unique, c.Mail} {
		if name = printable(name); name != "" {
			return name
		}
	}
	return ""
}

// name is who it is: a person's user name, or an application.
func (c claims) name() string {
	if name := c.person(); name != "" {
		return name
	}
	application := printable(c.AppID + c.Party)
	switch {
	case c.ResourceID != "":
		_, name, _ := strings.Cut(c.ResourceID, "/userAssignedIdentities/")
		return strings.TrimSpace("managed identity " + printable(name+application))
	case c.AppName != "" && application != "":
		return "application " + printable(c.AppName) + " (" + application + ")"
	case application != "":
		return "application " + application
	}
	return printable(c.Subject)
}

// maxClaim is how much of a claim is shown.
const maxClaim = 200

// printable makes a claim a part of a message.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text)
	if len(text) > maxClaim {
		return ""
	}
	return text
}
