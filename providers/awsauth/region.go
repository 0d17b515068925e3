package awsauth

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/providers"
)

// The services that are called, by the names AWS gives them in host names and
// ARNs.
const (
	ServiceSecretsManager = "secretsmanager"
	ServiceSSM            = "ssm"
	ServiceSTS            = "sts"
)

// IsRegion reports whether text can be a region: a DNS label in lower case. A
// region becomes part of a host name, and the SDK's own check lets dots
// through.
func IsRegion(text string) bool {
	if text == "" || len(text) > 63 || text[0] == '-' || text[len(text)-1] == '-' {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// ARN is an Amazon Resource Name in its parts:
// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN reads an ARN; ok is false for any other text.
func ParseARN(text string) (arn ARN, ok bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, false
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}, true
}

// String is the text of the ARN.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// Region is where a call goes to: the region of the ARN, else the one asked
// for, else the account's own. A text that is no ARN begins with anything but
// "arn:". Nothing has left the machine when it returns an error.
func (a *Account) Region(provider, name, service, asked string) (string, error) {
	refused := func(message, hint string) error {
		return &providers.Error{Kind: providers.InvalidReference, Provider: provider, Message: message, Hint: hint}
	}
	region, from := asked, "the reference"
	if strings.HasPrefix(name, "arn:") {
		arn, ok := ParseARN(name)
		switch {
		case !ok || arn.Service != service || !isAccount(arn.Account) || !strings.HasPrefix(arn.Resource, resourcePrefix(service)):
			return "", refused("this is not an ARN of "+service, "copy the ARN from the console, or use the name")
		case !IsRegion(arn.Region):
			return "", refused("the ARN names no region", "copy the ARN from the console")
		case partitionOf(arn.Region) != arn.Partition:
			return "", refused("the region "+arn.Region+" is not one of the partition in the ARN", "copy the ARN from the console")
		}
		region, from = arn.Region, "the ARN"
	}
	if region == "" {
		region, from = a.config.Region, "the AWS configuration"
	}
	switch {
	case region == "":
		return "", &providers.Error{
			Kind: providers.InvalidReference, Provider: provider,
			Message: "it is not known which region to ask: neither the reference nor " + a.title + " names one",
			Hint:    "add region=… to the reference, region to the credential, or set AWS_REGION",
		}
	case !IsRegion(region):
		return "", refused("the region in "+from+" is not a region", "write it like eu-west-1, in lower case")
	}
	return region, nil
}

// isAccount reports whether text is the number of an account.
func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

// resourcePrefix is what the last part of an ARN of a service begins with.
func resourcePrefix(service string) string {
	if service == ServiceSSM {
		return "parameter/"
	}
	return "secret:"
}

// partitionPrefixes are the partitions by the beginnings of their regions'
// names, the longer ones first
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
func partitionPrefixes() [][2]string {
	return [][2]string{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"},
		{"us-iso-", "aws-iso"}, {"eu-isoe-", "aws-iso-e"}, {"eusc-", "aws-eusc"},
	}
}

func partitionOf(region string) string {
	for _, p := range partitionPrefixes() {
		if strings.HasPrefix(region, p[0]) {
			return p[1]
		}
	}
	return "aws"
}

// mainRegion is the region whose STS answers for a partition where no region
// is configured.
func mainRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-iso":
		return "us-iso-east-1"
	case "aws-iso-b":
		return "us-isob-east-1"
	case "aws-iso-e":
		return "eu-isoe-west-1"
	case "aws-iso-f":
		return "us-isof-south-1"
	case "aws-eusc":
		return "eusc-de-east-1"
	}
	return "us-east-1"
}

// ListRegions are the regions that begin with a prefix, for completion; no one
// is asked for them.
func ListRegions(prefix string) []providers.Item {
	var items []providers.Item
	for _, r := range regionNames() {
		if strings.HasPrefix(r[0], prefix) {
			items = append(items, providers.Item{Value: r[0], Detail: r[1]})
		}
	}
	return items
}

// regionNames are the regions and where they are
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html).
func regionNames() [][2]string {
	return [][2]string{
		{"us-east-1", "US East (N. Virginia)"},
		{"us-east-2", "US East (Ohio)"},
		{"us-west-1", "US West (N. California)"},
		{"us-west-2", "US West (Oregon)"},
		{"af-south-1", "Africa (Cape Town)"},
		{"ap-east-1", "Asia Pacific (Hong Kong)"},
		{"ap-east-2", "Asia Pacific (Taipei)"},
		{"ap-northeast-1", "Asia Pacific (Tokyo)"},
		{"ap-northeast-2", "Asia Pacific (Seoul)"},
		{"ap-northeast-3", "Asia Pacific (Osaka)"},
		{"ap-south-1", "Asia Pacific (Mumbai)"},
		{"ap-south-2", "Asia Pacific (Hyderabad)"},
		{"ap-southeast-1", "Asia Pacific (Singapore)"},
		{"ap-southeast-2", "Asia Pacific (Sydney)"},
		{"ap-southeast-3", "Asia Pacific (Jakarta)"},
		{"ap-southeast-4", "Asia Pacific (Melbourne)"},
		{"ap-southeast-5", "Asia Pacific (Malaysia)"},
		{"ap-southeast-6", "Asia Pacific (New Zealand)"},
		{"ap-southeast-7", "Asia Pacific (Thailand)"},
		{"ca-central-1", "Canada (Central)"},
		{"ca-west-1", "Canada West (Calgary)"},
		{"eu-central-1", "Europe (Frankfurt)"},
		{"eu-central-2", "Europe (Zurich)"},
		{"eu-north-1", "Europe (Stockholm)"},
		{"eu-south-1", "Europe (Milan)"},
		{"eu-south-2", "Europe (Spain)"},
		{"eu-west-1", "Europe (Ireland)"},
		{"eu-west-2", "Europe (London)"},
		{"eu-west-3", "Europe (Paris)"},
		{"eusc-de-east-1", "European Sovereign Cloud (Germany)"},
		{"il-central-1", "Israel (Tel Aviv)"},
		{"me-central-1", "Middle East (UAE)"},
		{"me-south-1", "Middle East (Bahrain)"},
		{"mx-central-1", "Mexico (Central)"},
		{"sa-east-1", "South America (São Paulo)"},
		{"cn-north-1", "China (Beijing)"},
		{"cn-northwest-1", "China (Ningxia)"},
		{"us-gov-east-1", "AWS GovCloud (US-East)"},
		{"us-gov-west-1", "AWS GovCloud (US-West)"},
	}
}
