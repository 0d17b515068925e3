package awsauth

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// defaultSessionName is what the audit log of AWS shows for a role's session.
const defaultSessionName = "vault-lsp"

// role is a role to assume.
type role struct {
	arn, externalID, sessionName, mfaSerial string
	duration                                time.Duration // 0 for the service's default
}

// role is a role assumed from another credential profile, or from the default
// chain.
func (l *loader) role(ctx context.Context) (aws.Config, error) {
	fields := l.credential.Profile.Fields
	arn, ok := ParseARN(fields[fieldRoleARN])
	if !ok || arn.Service != "iam" {
		return aws.Config{}, &settingError{field: fieldRoleARN, text: "is not the ARN of a role, such as arn:aws:iam::123456789012:role/reader"}
	}
	loaded, err := l.source(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	loaded.Credentials = cached(l.assume(loaded, role{
		arn:         arn.String(),
		externalID:  fields[fieldExternalID],
		sessionName: cmp.Or(fields[fieldSessionName], defaultSessionName),
		mfaSerial:   fields[fieldMFASerial],
		duration:    l.settings.duration,
	}))
	if serial := fields[fieldMFASerial]; serial != "" {
		loaded.Credentials = l.withMFA(loaded.Credentials, arn.String()+" "+serial)
	}
	return loaded, nil
}

// source is the configuration with the credentials of the source profile. The
// rest is this profile's own, but for a region that it does not name.
func (l *loader) source(ctx context.Context) (aws.Config, error) {
	name := l.credential.Profile.Fields[fieldSource]
	if name == "" {
		return l.defaultChain(ctx)
	}
	credential, err := l.credential.Source(name)
	if err != nil {
		return aws.Config{}, err
	}
	from, err := l.accounts.Account(ctx, credential)
	if err != nil {
		return aws.Config{}, err
	}
	loaded, err := l.sdk(ctx, config.WithCredentialsProvider(from.config.Credentials))
	if err != nil {
		return aws.Config{}, err
	}
	if l.settings.region == "" && from.config.Region != "" {
		loaded.Region = from.config.Region
	}
	return loaded, nil
}

// assume is a role assumed with the credentials of a configuration.
func (l *loader) assume(from aws.Config, r role) aws.CredentialsProvider {
	c := from.Copy()
	if arn, _ := ParseARN(r.arn); c.Region == "" {
		c.Region = mainRegion(arn.Partition)
	}
	client := sts.NewFromConfig(c, func(o *sts.Options) {
		if endpoint := l.settings.endpointFor(ServiceSTS); endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
	return stscreds.NewAssumeRoleProvider(client, r.arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = cmp.Or(r.sessionName, defaultSessionName)
		if r.externalID != "" {
			o.ExternalID = &r.externalID
		}
		if r.duration >= minDuration {
			o.Duration = r.duration
		}
		if r.mfaSerial != "" {
			o.SerialNumber = &r.mfaSerial
			l.askForCode(o)
		}
	})
}
