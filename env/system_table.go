package env

// systems is the table of system variables. It is never changed after start.
var systems = []SystemVariable{
	{
		Name: "guid", Signature: "$guid", Example: "{{$guid}}",
		Doc: "A new random UUID (version 4) each time it is sent.",
	},
	{
		Name: "uuid", Signature: "$uuid", Example: "{{$uuid}}",
		Doc: "A new random UUID (version 4) each time it is sent; the same as $guid.",
	},
	{
		Name: "timestamp", Signature: "$timestamp [offset unit]", Example: "{{$timestamp -3 h}}", MaxArgs: 2, check: checkTimestamp,
		Doc:    "The current time in whole seconds since 1970-01-01 UTC (milliseconds in the dialect jetbrains), moved by an offset if one is given. Units: y years, Q quarters, M months, w weeks, d days, h hours, m minutes, s seconds, ms milliseconds.",
		Params: offsetParams(),
	},
	{
		Name: "isoTimestamp", Signature: "$isoTimestamp", Example: "{{$isoTimestamp}}",
		Doc: "The current time in UTC as ISO 8601: 2026-01-31T12:00:00.000Z.",
	},
	{
		Name: "datetime", Signature: "$datetime [format] [offset unit]", Example: `{{$datetime "YYYY-MM-DD" -1 d}}`, MinArgs: 1, MaxArgs: 3, check: checkDatetime("datetime"),
		Doc:    "The current time in UTC. The format is rfc1123, iso8601 (where none is written) or letters of Day.js in quotes (YYYY year, MM month, DD day, HH hour, mm minute, ss second, SSS millisecond, Z offset; `[text]` stands for itself), moved by an offset if one is given.",
		Params: append(formatParam(), offsetParams()...),
	},
	{
		Name: "localDatetime", Signature: "$localDatetime [format] [offset unit]", Example: `{{$localDatetime iso8601}}`, MinArgs: 1, MaxArgs: 3, check: checkDatetime("localDatetime"),
		Doc:    "The current time in the time zone of this machine, in the formats of $datetime.",
		Params: append(formatParam(), offsetParams()...),
	},
	{
		Name: "randomInt", Signature: "$randomInt [min max]", Example: "{{$randomInt 1 100}}", MaxArgs: 2, check: checkRandomInt,
		Doc:    "A random whole number from min up to, but not including, max. Without the two it is from 0 to 999.",
		Params: rangeParams(),
	},
	{
		Name: "random.integer", Signature: "$random.integer(from, to)", Example: "{{$random.integer(1, 100)}}", Parens: true, MaxArgs: 2, check: checkInteger,
		Doc:    "A random whole number from the first up to, but not including, the second; with one argument from 0 on. Without any it is from 0 to 999.",
		Params: rangeParams(),
	},
	{
		Name: "random.float", Signature: "$random.float(from, to)", Example: "{{$random.float(0.5, 2)}}", Parens: true, MaxArgs: 2, check: checkFloat,
		Doc:    "A random number from the first up to, but not including, the second; with one argument from 0 on. Without any it is from 0 to 1000.",
		Params: rangeParams(),
	},
	{
		Name: "random.uuid", Signature: "$random.uuid", Example: "{{$random.uuid}}",
		Doc: "A new random UUID (version 4) each time it is sent; the same as $guid.",
	},
	{
		Name: "random.alphabetic", Signature: "$random.alphabetic(length)", Example: "{{$random.alphabetic(10)}}", Parens: true, MaxArgs: 1, check: checkLength("alphabetic"),
		Doc: "Random letters, 10 of them if no length is given.", Params: lengthParam(),
	},
	{
		Name: "random.alphanumeric", Signature: "$random.alphanumeric(length)", Example: "{{$random.alphanumeric(10)}}", Parens: true, MaxArgs: 1, check: checkLength("alphanumeric"),
		Doc: "Random letters, digits and underscores, 10 of them if no length is given.", Params: lengthParam(),
	},
	{
		Name: "random.hexadecimal", Signature: "$random.hexadecimal(length)", Example: "{{$random.hexadecimal(16)}}", Parens: true, MaxArgs: 1, check: checkLength("hexadecimal"),
		Doc: "Random hexadecimal digits, 10 of them if no length is given.", Params: lengthParam(),
	},
	{
		Name: "random.email", Signature: "$random.email", Example: "{{$random.email}}",
		Doc: "A random e-mail address at example.com.",
	},
	fake("name.firstName", "first name"),
	fake("name.lastName", "last name"),
	fake("name.fullName", "first and last name"),
	fake("name.title", "job title"),
	fake("internet.emailAddress", "e-mail address"),
	fake("internet.username", "user name"),
	fake("internet.password", "password, for test accounts"),
	fake("internet.domainName", "domain name"),
	fake("internet.url", "URL"),
	fake("internet.ipV4Address", "IPv4 address"),
	fake("internet.ipV6Address", "IPv6 address"),
	fake("internet.macAddress", "MAC address"),
	fake("internet.userAgent", "browser's User-Agent"),
	fake("address.city", "city"),
	fake("address.country", "country"),
	fake("address.countryCode", "two-letter country code"),
	fake("address.state", "state"),
	fake("address.streetAddress", "street and number"),
	fake("address.zipCode", "postal code"),
	fake("address.latitude", "latitude"),
	fake("address.longitude", "longitude"),
	fake("company.name", "company"),
	fake("phoneNumber.phoneNumber", "telephone number"),
	fake("lorem.word", "word"),
	fake("lorem.sentence", "sentence"),
	fake("lorem.paragraph", "paragraph"),
	fake("color.name", "colour"),
	fake("commerce.productName", "product"),
	fake("commerce.price", "price"),
	fake("bool.bool", "true or false"),
	{
		Name: "processEnv", Signature: "$processEnv NAME", Example: "{{$processEnv API_TOKEN}}", MinArgs: 1, MaxArgs: 1, Private: true,
		Doc:    "An environment variable of the machine, as vault-lsp was started with it. %NAME takes the environment variable's name from the variable NAME.",
		Params: []Param{{Name: "NAME", Doc: "name of the environment variable, or % and a variable that holds the name"}},
	},
	{
		Name: "env.", Signature: "$env.NAME", Example: "{{$env.API_TOKEN}}", MinArgs: 1, MaxArgs: 1, Private: true, check: checkEnvName,
		Doc: "An environment variable of the machine; the same as $processEnv NAME.",
	},
	dotenvRow("dotenv"),
	dotenvRow("dotEnv"),
	asks("input", "$input title [$value: default]", "{{$input Customer $value: 42}}", "A value that you are asked for when the request is sent."),
	asks("prompt", "$prompt title [$value: default]", "{{$prompt Customer}}", "A value that you are asked for when the request is sent; the same as $input."),
	asks("password", "$password title", "{{$password PIN}}", "A value that you are asked for when the request is sent; it is hidden and masked."),
	asks("pick", "$pick title $value: a,b", "{{$pick Region $value: eu,us}}", "One of several values, which you choose when the request is sent."),
	{
		Name: "shared", Signature: "$shared NAME", Example: "{{$shared host}}", MinArgs: 1, MaxArgs: 1,
		Doc:    "The variable NAME of the shared environment, $shared, although the selected environment has one of that name too.",
		Params: []Param{{Name: "NAME", Doc: "name of the variable of $shared"}},
	},
}

// asks is a row whose value the user is asked for, as httpYac has them.
func asks(name, signature, example, doc string) SystemVariable {
	v := SystemVariable{
		Name: name, Signature: signature, Example: example, asks: true, MaxArgs: 64, check: func([]string) string { return "" },
		Doc:    doc + " $" + name + askonce + " asks once a session.",
		Params: []Param{{Name: "title", Doc: "what to ask"}},
	}
	switch name {
	case "input", "prompt":
		v.Params = append(v.Params, Param{Name: valueMark + " default", Doc: "what to offer as the answer"})
	case "pick":
		v.check = checkPick
		v.Params = append(v.Params, Param{Name: valueMark + " a,b", Doc: "the values to choose from, separated by commas"})
	}
	return v
}

func dotenvRow(name string) SystemVariable {
	return SystemVariable{
		Name: name, Signature: "$" + name + " NAME", Example: "{{$" + name + " API_TOKEN}}", MinArgs: 1, MaxArgs: 1, Private: true,
		Doc:    "A variable of the .env files: .env.<environment>, <environment>.env and .env, in the request file's folder and those above it, the nearest first. %NAME takes the name from the variable NAME.",
		Params: []Param{{Name: "NAME", Doc: "name of the variable, or % and a variable that holds the name"}},
	}
}

// fake is a row of made-up data, by the name that JetBrains gives it.
func fake(name, what string) SystemVariable {
	return SystemVariable{
		Name: "random." + name, Signature: "$random." + name, Example: "{{$random." + name + "}}",
		Doc: "Made-up data for tests: a random " + what + ".",
	}
}

func offsetParams() []Param {
	return []Param{
		{Name: "offset", Doc: "how many units to move the time by: -3"},
		{Name: "unit", Doc: "the unit of the offset", Values: offsetUnits},
	}
}

func formatParam() []Param {
	return []Param{{Name: "format", Doc: "how the time is written", Values: []ParamValue{
		{"rfc1123", "Sat, 31 Jan 2026 12:00:00 GMT"}, {"iso8601", "2026-01-31T12:00:00.000Z"}, {`"YYYY-MM-DD"`, "letters of Day.js"},
	}}}
}

func rangeParams() []Param {
	return []Param{
		{Name: "min", Doc: "the least number"},
		{Name: "max", Doc: "the number that is just not reached"},
	}
}

func lengthParam() []Param { return []Param{{Name: "length", Doc: "number of characters"}} }
