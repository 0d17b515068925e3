package parser

// curlUse says what an option of curl does to the request.
type curlUse uint8

const (
	curlIgnored curlUse = iota // says how to show or time the answer, or how to connect
	curlMethod
	curlHead
	curlHeader
	curlURL
	curlData
	curlGet
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
	{0, "data-urlencode", true, curlData, ""},
	{0, "json", true, curlData, ""},
	{'G', "get", false, curlGet, ""},
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
	{'#', "progress-bar", false, curlIgnored, ""},
	{0, "no-progress-meter", false, curlIgnored, ""},
	{0, "fail-with-body", false, curlIgnored, ""},
	{'w', "write-out", true, curlIgnored, ""},
	{0, "basic", false, curlIgnored, ""},
	{'0', "http1.0", false, curlIgnored, ""},
	{0, "http1.1", false, curlIgnored, ""},
	{0, "http2", false, curlIgnored, ""},
	{0, "http2-prior-knowledge", false, curlIgnored, ""},
	{0, "http3", false, curlIgnored, ""},
	{'4', "ipv4", false, curlIgnored, ""},
	{'6', "ipv6", false, curlIgnored, ""},
	{'1', "tlsv1", false, curlIgnored, ""},
	{0, "tlsv1.2", false, curlIgnored, ""},
	{0, "tlsv1.3", false, curlIgnored, ""},
	{0, "connect-timeout", true, curlIgnored, ""},
	{0, "retry", true, curlIgnored, ""},
	{0, "retry-delay", true, curlIgnored, ""},
	{0, "retry-max-time", true, curlIgnored, ""},
	{0, "retry-all-errors", false, curlIgnored, ""},
	{0, "retry-connrefused", false, curlIgnored, ""},
	{'k', "insecure", false, curlRefused, "trust the server's authority, or name the host in tls.insecureHosts of your configuration"},
	{'F', "form", true, curlRefused, "write a multipart body below a request line"},
	{0, "form-string", true, curlRefused, "write a multipart body below a request line"},
	{'T', "upload-file", true, curlRefused, "write -X PUT and --data-binary @file"},
	{0, "oauth2-bearer", true, curlRefused, "write -H 'Authorization: Bearer …'"},
	{0, "digest", false, curlRefused, "only Basic is sent with -u"},
	{0, "ntlm", false, curlRefused, "only Basic is sent with -u"},
	{0, "negotiate", false, curlRefused, "only Basic is sent with -u"},
	{0, "anyauth", false, curlRefused, "only Basic is sent with -u"},
	{0, "aws-sigv4", true, curlRefused, "requests are not signed"},
	{'n', "netrc", false, curlRefused, "write -u, with the password as a reference"},
	{'K', "config", true, curlRefused, "write the options of that file here"},
	{'c', "cookie-jar", true, curlRefused, "remove it; cookies are not kept"},
	{'r', "range", true, curlRefused, "write -H 'Range: bytes=…'"},
	{0, "url-query", true, curlRefused, "write the data into the URL's query"},
	{0, "max-redirs", true, curlRefused, "write # @no-redirect above the command to follow none"},
	{0, "unix-socket", true, curlRefused, "only HTTP over TCP is sent"},
	{0, "resolve", true, curlRefused, "write the address into the URL and -H 'Host: name'"},
	{0, "connect-to", true, curlRefused, "write the address into the URL and -H 'Host: name'"},
	{'D', "dump-header", true, curlRefused, "remove it; the answer's headers are shown"},
	{'x', "proxy", true, curlRefused, "proxies stand in your configuration"},
	{'o', "output", true, curlRefused, "remove it; the answer is shown"},
	{'O', "remote-name", false, curlRefused, "remove it; the answer is shown"},
	{'E', "cert", true, curlRefused, "no client certificate is sent"},
	{0, "key", true, curlRefused, "no client certificate is sent"},
	{0, "cacert", true, curlRefused, "trust the authority in the system's store"},
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
