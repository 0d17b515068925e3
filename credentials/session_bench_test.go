package credentials

import "testing"

// A fingerprint is computed for every reference that is looked up.
func BenchmarkFingerprint(b *testing.B) {
	for name, config := range map[string]string{
		"signed in": signInConfig,
		"token":     twoVaults + "}",
	} {
		b.Run(name, func(b *testing.B) {
			s, _ := open(b, config, nil)
			profile := s.List()[0]
			if profile.NeedsPerson() {
				session, err := s.NewSession(b.Context(), profile)
				if err == nil {
					err = session.Save(b.Context(), []byte(stateMarker))
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if s.Fingerprint(profile) == "" {
					b.Fatal("no fingerprint")
				}
			}
		})
	}
}
