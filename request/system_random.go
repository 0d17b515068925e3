package request

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// randomInt takes the least number and the one just not reached.
func (b *builder) randomInt(args []string) (evaluated, error) {
	if len(args) == 0 {
		args = []string{"0", "1000"}
	}
	if len(args) != 2 {
		return evaluated{}, badArgument("a random number takes two numbers or none", "write {{$randomInt 1 100}}")
	}
	low, errLow := strconv.ParseInt(args[0], 10, 64)
	high, errHigh := strconv.ParseInt(args[1], 10, 64)
	if errLow != nil || errHigh != nil {
		return evaluated{}, badArgument("a random number takes two whole numbers", "write {{$randomInt 1 100}}")
	}
	if width := high - low; width <= 0 {
		return evaluated{}, badArgument(fmt.Sprintf("a random number from %d to %d: the second, which is never reached, must be greater than the first", low, high), "write {{$randomInt 1 100}}")
	}
	return evaluated{text: strconv.FormatInt(low+b.src.Random(high-low), 10)}, nil
}

// The characters of random texts, as the HTTP clients of JetBrains and httpYac
// choose them.
const (
	letters      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alphanumeric = letters + "0123456789_"
	hexadecimal  = "0123456789abcdef"
)

// defaultLength is that of a random text that says none.
const defaultLength = 10

// random evaluates {{$random.kind(args)}}.
func (b *builder) random(kind string, args []string) (evaluated, error) {
	switch kind {
	case "float":
		return b.randomFloat(args)
	case "alphabetic":
		return b.randomText(letters, args)
	case "alphanumeric":
		return b.randomText(alphanumeric, args)
	case "hexadecimal":
		return b.randomText(hexadecimal, args)
	case "email":
		name, err := b.randomText(letters, nil)
		return evaluated{text: strings.ToLower(name.text) + "@example.com"}, err
	}
	made := madeUp(gofakeit.NewFaker(source{b.src.Random}, false), kind)
	if made == "" {
		return evaluated{}, &problemError{CodeUnsupported, "{{$random." + kind + "}} cannot be evaluated", "use another variable"}
	}
	return evaluated{text: made}, nil
}

func (b *builder) randomFloat(args []string) (evaluated, error) {
	low, high := 0.0, 1000.0
	if len(args) == 2 {
		var errLow, errHigh error
		low, errLow = strconv.ParseFloat(args[0], 64)
		high, errHigh = strconv.ParseFloat(args[1], 64)
		if errLow != nil || errHigh != nil || !(high > low) {
			return evaluated{}, badArgument("a random number takes two numbers of which the second is greater", "write {{$random.float(0.5, 2)}}")
		}
	}
	const steps = 1 << 53 // what a float64 tells apart between 0 and 1
	at := low + (high-low)*(float64(b.src.Random(steps))/steps)
	if at >= high { // rounded up
		at = math.Nextafter(high, low)
	}
	return evaluated{text: strconv.FormatFloat(at, 'f', -1, 64)}, nil
}

func (b *builder) randomText(alphabet string, args []string) (evaluated, error) {
	length := defaultLength
	if len(args) == 1 {
		var err error
		if length, err = strconv.Atoi(args[0]); err != nil || length < 1 {
			return evaluated{}, badArgument("the length of a random text is a whole number", "write {{$random.alphabetic(10)}}")
		}
	}
	text := make([]byte, length)
	for i := range text {
		text[i] = alphabet[b.src.Random(int64(len(alphabet)))]
	}
	return evaluated{text: string(text)}, nil
}

// source makes a math/rand source of a function for numbers below a bound.
type source struct{ below func(int64) int64 }

// Uint64 implements rand.Source.
func (s source) Uint64() uint64 {
	return uint64(s.below(math.MaxUint32+1))<<32 | uint64(s.below(math.MaxUint32+1))
}

// madeUp is made-up data by the name that JetBrains' client gives it, or "".
func madeUp(f *gofakeit.Faker, kind string) string {
	group, _, _ := strings.Cut(kind, ".")
	switch group {
	case "name", "company", "phoneNumber", "commerce", "color", "bool":
		return madeUpPerson(f, kind)
	case "internet":
		return madeUpInternet(f, kind)
	case "address":
		return madeUpAddress(f, kind)
	}
	switch kind {
	case "lorem.word":
		return f.LoremIpsumWord()
	case "lorem.sentence":
		return f.LoremIpsumSentence(8)
	case "lorem.paragraph":
		return f.LoremIpsumParagraph(1, 4, 8, " ")
	}
	return ""
}

func madeUpPerson(f *gofakeit.Faker, kind string) string {
	switch kind {
	case "name.firstName":
		return f.FirstName()
	case "name.lastName":
		return f.LastName()
	case "name.fullName":
		return f.Name()
	case "name.title":
		return f.JobTitle()
	case "company.name":
		return f.Company()
	case "phoneNumber.phoneNumber":
		return f.Phone()
	case "commerce.productName":
		return f.ProductName()
	case "commerce.price":
		return strconv.FormatFloat(f.Price(1, 1000), 'f', 2, 64)
	case "color.name":
		return f.Color()
	case "bool.bool":
		return strconv.FormatBool(f.Bool())
	}
	return ""
}

func madeUpInternet(f *gofakeit.Faker, kind string) string {
	switch kind {
	case "internet.emailAddress":
		return f.Email()
	case "internet.username":
		return f.Username()
	case "internet.password":
		return f.Password(true, true, true, false, false, 16)
	case "internet.domainName":
		return f.DomainName()
	case "internet.url":
		return f.URL()
	case "internet.ipV4Address":
		return f.IPv4Address()
	case "internet.ipV6Address":
		return f.IPv6Address()
	case "internet.macAddress":
		return f.MacAddress()
	case "internet.userAgent":
		return f.UserAgent()
	}
	return ""
}

func madeUpAddress(f *gofakeit.Faker, kind string) string {
	switch kind {
	case "address.city":
		return f.City()
	case "address.country":
		return f.Country()
	case "address.countryCode":
		return f.CountryAbr()
	case "address.state":
		return f.State()
	case "address.streetAddress":
		return f.Street()
	case "address.zipCode":
		return f.Zip()
	case "address.latitude":
		return strconv.FormatFloat(f.Latitude(), 'f', 6, 64)
	case "address.longitude":
		return strconv.FormatFloat(f.Longitude(), 'f', 6, 64)
	}
	return ""
}
