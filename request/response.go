package request

// Response is a response and how it came, masked throughout.
type Response struct {
	Request     Echo         `json:"request"`
	Status      int          `json:"status"`
	StatusText  string       `json:"statusText"`
	HTTPVersion string       `json:"httpVersion"`
	Headers     []Header     `json:"headers"`
	Body        ResponseBody `json:"body"`
	Timings     Timings      `json:"timings"`
	Redirects   []Redirect   `json:"redirects"`
	Secrets     []SecretUse  `json:"secrets"`
	Tests       []TestResult `json:"tests"`
	Warnings    []string     `json:"warnings"`
}

// Echo is the request as it was sent last, after any redirects.
type Echo struct {
	// Name is the request's name or title in its file; empty where it has none.
	Name    string   `json:"name,omitempty"`
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []Header `json:"headers"`
}

// Header is one header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ResponseBody is the response's body: Text, or File where it is binary or too
// long to show.
type ResponseBody struct {
	MediaType string `json:"mediaType"`
	// Size is the number of bytes after decompression, as far as they were
	// read.
	Size int64  `json:"size"`
	Text string `json:"text,omitempty"`
	// File is the path of a 0600 file that holds the masked body.
	File string `json:"file,omitempty"`
	// Truncated is set if the body went on behind what is given.
	Truncated bool `json:"truncated"`
}

// Timings are milliseconds by phase, of the last hop; Total is of all hops.
type Timings struct {
	DNS       float64 `json:"dns"`
	Connect   float64 `json:"connect"`
	TLS       float64 `json:"tls"`
	FirstByte float64 `json:"firstByte"`
	Total     float64 `json:"total"`
}

// Redirect is one redirect that was followed.
type Redirect struct {
	Status int    `json:"status"`
	Method string `json:"method"` // of the request that follows it
	URL    string `json:"url"`    // where it leads
	// Dropped are the headers that were not sent on to another origin.
	Dropped []string `json:"dropped,omitempty"`
}

// SecretUse is one secret of the request.
type SecretUse struct {
	Reference  string `json:"reference"`
	Credential string `json:"credential"`
	Cache      string `json:"cache"` // "hit" or "miss"
}

// TestResult is one assertion of the request.
type TestResult struct {
	Name    string `json:"name"`
	Passed  bool   `json:"passed"`
	Message string `json:"message,omitempty"`
}
