package request

// curlBody makes the body of a request that is written as a curl command, as
// curl makes it (curl's manual, --data and --json): the data of several options
// is joined, and a media type is added where the command gives none.
func (b *builder) curlBody() {
	mediaType, between := "application/x-www-form-urlencoded", "&"
	if b.req.Curl.Option("json") != nil {
		mediaType, between = "application/json", ""
		b.addHeader("Accept", mediaType)
	}
	b.addHeader("Content-Type", mediaType)
	for i := range b.req.Body.Files {
		b.appendFile(&b.req.Body.Files[i])
	}
	for i, option := range b.req.Curl.Data() {
		if i > 0 && between != "" {
			b.appendText(between, option.Span)
		}
		if pieces := b.expand(option.Value); len(pieces) > 0 {
			b.plan.body.parts = append(b.plan.body.parts, bodyPart{pieces: pieces})
		}
	}
	for i := range b.plan.body.parts {
		b.setPlacement(b.plan.body.parts[i].pieces, InBody)
	}
}

// addHeader adds a header that the request does not have.
func (b *builder) addHeader(name, value string) {
	for i := range b.plan.headers {
		if b.plan.headers[i].name == name {
			return
		}
	}
	b.plan.headers = append(b.plan.headers, header{name: name, pieces: []piece{{text: value, use: literal}}})
}
