package analysis

import (
	"testing"
)

// TestSignature: the label with the active argument in angle brackets, or "".
func TestSignature(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"format", `A: {{$datetime ‸}}`, "$datetime [‹format›] [offset unit]"},
		{"format unclosed", `A: {{$datetime "YYYY‸`, "$datetime [‹format›] [offset unit]"},
		{"offset", `A: {{$datetime iso8601 ‸}}`, "$datetime [format] [‹offset› unit]"},
		{"unit", `A: {{$datetime iso8601 -1 ‸}}`, "$datetime [format] [offset ‹unit›]"},
		{"behind the last", `A: {{$timestamp 1 d ‸}}`, ""},
		{"name", `A: {{$date‸time}}`, ""},
		{"numbers", `A: {{$randomInt ‸1 9}}`, "$randomInt [‹min› max]"},
		{"parenthesis", `A: {{$random.integer(‸)}}`, "$random.integer(‹from›, to)"},
		{"second in parenthesis", `A: {{$random.integer(1, ‸)}}`, "$random.integer(from, ‹to›)"},
		{"before the parenthesis", `A: {{$random.integer‸(1, 2)}}`, ""},
		{"title", `A: {{$input ‸}}`, "$input ‹title› [$value: default]"},
		{"title of two words", `A: {{$input-askonce The na‸`, "$input ‹title› [$value: default]"},
		{"answer to offer", `A: {{$input The name $value: 4‸2}}`, "$input title [‹$value: default›]"},
		{"choices", `A: {{$pick Region $value: eu,‸}}`, "$pick title ‹$value: a,b›"},
		{"reference", `A: {{$local ‸}}`, "$local secret= [6 more]"},
		{"field", `A: {{$local secret=a key=‸}}`, "$local secret= ‹key=› [5 more]"},
		{"variable", `A: {{ho‸st}}`, ""},
		{"elsewhere", `A: b‸`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in, offset := atMarker(t, request+test.src)
			s := SignatureAt(in, offset)
			got := ""
			if s != nil {
				got = s.Label
				if s.Doc == "" && (s.Active < 0 || s.Params[s.Active].Doc == "") && test.name != "reference" {
					t.Error("no documentation")
				}
				if s.Active >= 0 {
					span := s.Params[s.Active].Span
					got = s.Label[:span.Start] + "‹" + span.Of(s.Label) + "›" + s.Label[span.End:]
				}
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestSignatureValues: each of the values that may stand there is code of its
// own.
func TestSignatureValues(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, request+"A: {{$datetime ‸}}")
	const want = "how the time is written: `rfc1123` Sat, 31 Jan 2026 12:00:00 GMT, `iso8601` 2026-01-31T12:00:00.000Z, `\"YYYY-MM-DD\"` letters of Day.js"
	if got := SignatureAt(in, offset).Params[0].Doc; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
