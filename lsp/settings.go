package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// DecodeSettings reads the section's value: nested objects, keys with dots, or
// both. A setting that is unknown or has a bad value is left at its default and
// reported.
func DecodeSettings(section []byte) (Settings, []string) {
	settings := DefaultSettings()
	if trimmed := bytes.TrimSpace(section); len(trimmed) == 0 || string(trimmed) == "null" {
		return settings, nil
	}
	table := SettingsTable()
	groups := settingGroups(table)
	values := map[string]json.RawMessage{}
	if err := flatten("", section, groups, values); err != nil {
		return settings, []string{SettingsSection + " must be an object"}
	}
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(table, func(row Setting) bool { return row.Key == key })
		switch {
		case i < 0:
			problems = append(problems, fmt.Sprintf("%s.%s is not a setting", SettingsSection, key))
		case string(values[key]) == "null":
			// Editors send null for what is not set.
		default:
			if err := table[i].set(&settings, values[key]); err != nil {
				problems = append(problems, fmt.Sprintf("%s.%s %v", SettingsSection, key, err))
			}
		}
	}
	return settings, problems
}

// settingGroups are the prefixes of keys with dots: "cache".
func settingGroups(table []Setting) map[string]bool {
	groups := map[string]bool{}
	for _, row := range table {
		if group, _, dotted := strings.Cut(row.Key, "."); dotted {
			groups[group] = true
		}
	}
	return groups
}

// flatten collects the members of an object, those of groups with their path.
func flatten(prefix string, object []byte, groups map[string]bool, into map[string]json.RawMessage) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return err
	}
	for name, value := range members {
		if prefix == "" && groups[name] {
			if flatten(name+".", value, groups, into) == nil {
				continue
			}
		}
		into[prefix+name] = value
	}
	return nil
}

// didChangeConfiguration reads the settings again.
func (s *session) didChangeConfiguration(_ context.Context, p *protocol.DidChangeConfigurationParams) error {
	pushed := slices.Clone(json.RawMessage(p.Settings))
	turn := s.settingsTurns.next()
	s.background("settings", func(ctx context.Context) { s.loadSettings(ctx, turn, pushed) })
	return nil
}

// settingsTurns numbers the times that settings were asked for. The answers may
// come in another order, and an older one must not undo a newer one.
type settingsTurns struct {
	asked atomic.Uint64

	mu      sync.Mutex
	applied uint64
}

// next returns the number of a new turn; called where messages are read.
func (t *settingsTurns) next() uint64 { return t.asked.Add(1) }

// apply runs apply unless a later turn has been applied.
func (t *settingsTurns) apply(turn uint64, apply func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn > t.applied {
		t.applied = turn
		apply()
	}
}

// loadSettings asks the client for the settings, or, of a client that cannot be
// asked, takes the ones that it sent.
func (s *session) loadSettings(ctx context.Context, turn uint64, pushed json.RawMessage) {
	section := sectionOf(pushed)
	if section == nil {
		section = sectionOf(s.settings)
	}
	editor := map[string]string{}
	if s.caps.configuration {
		roots := append([]string{""}, s.snapshot().roots...)
		answers, err := s.client.Configuration(ctx, configurationOf(roots))
		switch {
		case err != nil:
			s.log.Warn("asking for the settings", zap.Error(err))
		case len(answers) > 0 && string(answers[0]) != "null":
			section = json.RawMessage(answers[0])
		}
		for i, root := range roots {
			if i+1 < len(answers) {
				editor[root] = string(answers[i+1])
			}
		}
	}
	settings, problems := DecodeSettings(section)
	s.settingsTurns.apply(turn, func() {
		s.update(func(next *Snapshot) { next.editor = editor })
		s.applySettings(settings)
	})
	if len(problems) > 0 {
		s.warn(ctx, "Settings: "+strings.Join(problems, "; "))
	}
}

// environmentsSection is the setting of the REST Client extension that holds
// environments; people who come from it have theirs there.
const environmentsSection = "rest-client.environmentVariables"

// configurationOf asks for our settings, and for the environments that the
// editor's settings hold for each of the folders; "" is for documents in none.
func configurationOf(roots []string) *protocol.ConfigurationParams {
	ours, environments := SettingsSection, environmentsSection
	params := &protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: &ours}}}
	for _, root := range roots {
		item := protocol.ConfigurationItem{Section: &environments}
		if root != "" {
			scope := uri.File(root)
			item.ScopeURI = &scope
		}
		params.Items = append(params.Items, item)
	}
	return params
}

// sectionOf returns our section of a settings object, or nil.
func sectionOf(settings json.RawMessage) json.RawMessage {
	var sections map[string]json.RawMessage
	if len(settings) == 0 || json.Unmarshal(settings, &sections) != nil {
		return nil
	}
	return sections[SettingsSection]
}

// applySettings makes settings the current ones.
func (s *session) applySettings(settings Settings) {
	s.update(func(next *Snapshot) { next.Settings = settings })
	if s.deps.Level != nil {
		if level, err := zapcore.ParseLevel(settings.LogLevel); err == nil {
			s.deps.Level.SetLevel(level)
		}
	}
	s.senders.configure(settings)
	if s.deps.Vaults != nil {
		ttl, entries := credentials.DefaultCacheTTL, credentials.DefaultCacheMaxEntries
		if s.deps.Credentials != nil {
			cache := s.deps.Credentials.Config().Cache
			ttl, entries = cache.TTL, cache.MaxEntries
		}
		if settings.CacheTTL != nil {
			ttl = *settings.CacheTTL
		}
		if settings.CacheMaxEntries != nil {
			entries = *settings.CacheMaxEntries
		}
		s.deps.Vaults.SetCache(ttl, entries)
	}
	s.diagnoseAll(0)
}
