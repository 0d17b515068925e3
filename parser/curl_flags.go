package parser

// curlUse says what an option of curl does to the request.
type curlUse uint8

const (
	curlIgnored curlUse = iota // says how to show or time the answer
	curlMethod
	curlHead
	curlHeader
	curlURL
	curlData
	// curlNamed options are the value of one header, which detail names.
	curlNamed
	curlRefused
)

// curlFlag is an option of curl.
type curlFlag struct {
	short byte
	long  string
	value bool
	use   curlUse
	// detail is the header of a named one, or what to do in place of a refused
	// one.
	detail string
}

// curlFlags are the options that are read: those of REST Client, and those that
// a copied command has and that can be left out or must be refused by name.
// They are as in curl's manual.
var curlFlags = []curlFlag{
	{'X', "request", true, curlMethod, ""},
	{'I', "head", false, curlHead, ""},
	{'H', "header", true, curlHeader, ""},
	{0, "url", true, curlURL, ""},
	{'d', "data", true, curlData, ""},
	{0, "data-ascii", true, curlData, ""},
	{0, "data-binary", true, curlData, ""},
	{0, "data-raw", true, curlData, ""},
	{0, "json", true, curlData, ""},
	{'u', "user", true, curlNamed, "Authorization"},
	{'b', "cookie", true, curlNamed, "Cookie"},
	{'A', "user-agent", true, curlNamed, "User-Agent"},
	{'e', "referer", true, curlNamed, "Referer"},
	{'L', "location", false, curlIgnored, ""},
	{0, "compressed", false, curlIgnored, ""},
	{'s', "silent", false, curlIgnored, ""},
	{'S', "show-error", false, curlIgnored, ""},
	{'v', "verbose", false, curlIgnored, ""},
	{'i', "include", false, curlIgnored, ""},
	{'f', "fail", false, curlIgnored, ""},
	{'N', "no-buffer", false, curlIgnored, ""},
	{'g', "globoff", false, curlIgnored, ""},
	{'k', "insecure", false, curlRefused, "certificates are always checked; trust the server's authority instead"},
	{'G', "get", false, curlRefused, "write the data into the URL's query"},
	{0, "data-urlencode", true, curlRefused, "write the data with --data, encoded"},
	{'F', "form", true, curlRefused, "write a multipart body below a request line"},
	{'T', "upload-file", true, curlRefused, "write -X PUT and --data-binary @file"},
	{'x', "proxy", true, curlRefused, "proxies stand in your configuration"},
	{'o', "output", true, curlRefused, "remove it; the answer is shown"},
	{'O', "remote-name", false, curlRefused, "remove it; the answer is shown"},
	{'E', "cert", true, curlRefused, "client certificates stand in your configuration"},
	{0, "cacert", true, curlRefused, "trusted authorities stand in your configuration"},
	{'m', "max-time", true, curlRefused, "write # @timeout above the command"},
}

// lookupCurlFlag returns the option that matches.
func lookupCurlFlag(matches func(*curlFlag) bool) (*curlFlag, bool) {
	for i := range curlFlags {
		if matches(&curlFlags[i]) {
			return &curlFlags[i], true
		}
	}
	return &curlFlag{}, false
}
