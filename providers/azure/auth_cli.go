package azure

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/vault-lsp/vault-lsp/internal/childenv"
)

// toolTimeout bounds one command. The Azure CLI takes about a second, more
// where it has to refresh its own token.
const toolTimeout = 30 * time.Second

// maxToolOutput is far above a token.
const maxToolOutput = 1 << 20

// tool is a program that has signed in to Azure on its own. It is started
// without a shell, with arguments that hold nothing of a request file: what a
// vault's challenge brings was checked before.
type tool struct {
	name      string // "the Azure CLI"
	programs  []string
	arguments func(resource, tenant string) []string
	variables func(resource, tenant string) []string
	signIn    string // the command that signs in
}

func azTool(subscription string) tool {
	return tool{
		name: "the Azure CLI", programs: []string{"az"}, signIn: "az login",
		arguments: func(resource, tenant string) []string {
			arguments := []string{"account", "get-access-token", "--output", "json", "--resource", resource}
			switch {
			case subscription != "": // has one tenant; az takes one of the two
				arguments = append(arguments, "--subscription", subscription)
			case tenant != "":
				arguments = append(arguments, "--tenant", tenant)
			}
			return arguments
		},
	}
}

func azdTool() tool {
	return tool{
		name: "the Azure Developer CLI", programs: []string{"azd"}, signIn: "azd auth login",
		arguments: func(resource, tenant string) []string {
			arguments := []string{"auth", "token", "--output", "json", "--no-prompt", "--scope", resource + "/.default"}
			if tenant != "" {
				arguments = append(arguments, "--tenant-id", tenant)
			}
			return arguments
		},
	}
}

// powershellScript prints a token as the Azure CLI does. What it works on comes
// in variables of the environment, so that the script is always the same.
const powershellScript = `$ErrorActionPreference = 'Stop'
Import-Module Az.Accounts -MinimumVersion 2.2.0
$question = @{ ResourceUrl = $env:VAULT_LSP_RESOURCE; WarningAction = 'Ignore' }
if ($env:VAULT_LSP_TENANT) { $question.TenantId = $env:VAULT_LSP_TENANT }
$answer = Get-AzAccessToken @question
$token = $answer.Token
if ($token -is [securestring]) { $token = [System.Net.NetworkCredential]::new('', $token).Password }
@{ accessToken = $token; expires_on = $answer.ExpiresOn.ToUnixTimeSeconds() } | ConvertTo-Json -Compress
`

func powershellTool() tool {
	programs := []string{"pwsh"}
	if runtime.GOOS == "windows" {
		programs = append(programs, "powershell")
	}
	return tool{
		name: "Azure PowerShell", programs: programs, signIn: "Connect-AzAccount",
		arguments: func(string, string) []string {
			units := utf16.Encode([]rune(powershellScript))
			encoded := make([]byte, 0, 2*len(units))
			for _, unit := range units {
				encoded = binary.LittleEndian.AppendUint16(encoded, unit)
			}
			return []string{"-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-EncodedCommand", base64.StdEncoding.EncodeToString(encoded)}
		},
		variables: func(resource, tenant string) []string {
			return []string{"VAULT_LSP_RESOURCE=" + resource, "VAULT_LSP_TENANT=" + tenant}
		},
	}
}

// azureCLI signs in as whom `az login` has signed in.
func (a *authority) azureCLI() (acquireFunc, error) {
	subscription := a.credential.Profile.Fields[fieldSubscription]
	if subscription != "" && !subscriptionForm().MatchString(subscription) {
		return nil, &settingError{field: fieldSubscription, text: "is not the id or the name of a subscription"}
	}
	return azTool(subscription).token, nil
}

var subscriptionForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z _.()-]{0,63}$`) })

// token runs the program. The error is an *unavailableError.
func (t tool) token(ctx context.Context, options tokenOptions) (azcore.AccessToken, error) {
	path, err := t.find()
	if err != nil {
		return azcore.AccessToken{}, err
	}
	if options.Claims != "" {
		return azcore.AccessToken{}, &unavailableError{
			source: t.name, text: "Azure asks for another sign-in, with more proof",
			hint: "run: " + t.signIn,
		}
	}
	resource := strings.TrimSuffix(options.Scopes[0], "/.default")
	output, err := t.run(ctx, path, resource, options.TenantID)
	var told *unavailableError
	if errors.As(err, &told) && told.text == onlyOwnTenant {
		output, err = t.run(ctx, path, resource, "")
	}
	if err != nil {
		return azcore.AccessToken{}, err
	}
	defer clear(output)
	token, err := parseTool(output)
	if err != nil {
		return azcore.AccessToken{}, &unavailableError{source: t.name, text: "its answer cannot be read", hint: "try it by hand, and update it: " + t.signIn, err: err}
	}
	return token, nil
}

// run starts the program once and returns its output.
func (t tool) run(ctx context.Context, path, resource, tenant string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, toolTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, path, t.arguments(resource, tenant)...)
	// Not in the folder of the workspace, whose files the program might load.
	command.Dir = filepath.Dir(path)
	command.Env = childenv.Environ()
	if t.variables != nil {
		command.Env = append(command.Env, t.variables(resource, tenant)...)
	}
	command.WaitDelay = time.Second
	var output, complaint cappedBuffer
	command.Stdout, command.Stderr = &output, &complaint
	err := command.Run()
	if errors.Is(err, exec.ErrWaitDelay) && len(output.data) > 0 {
		err = nil // a child of it kept the output open
	}
	if err != nil {
		clear(output.data)
		return nil, t.failed(ctx, err, string(complaint.data))
	}
	return output.data, nil
}

// onlyOwnTenant is what az says where it has signed in as a machine: it then
// takes no tenant.
const onlyOwnTenant = "it gives tokens of its own tenant only"

// find looks the program up on the path, but not in the workspace.
func (t tool) find() (string, error) {
	var err error
	for _, program := range t.programs {
		var path string
		if path, err = childenv.Find(program, nil); err == nil {
			return path, nil
		}
	}
	return "", &unavailableError{
		source: t.name, text: "it is not installed", err: err,
		hint: "install it and run `" + t.signIn + "`, or use another sign-in for the credential",
	}
}

// failed says what a program's complaint means. The complaint is looked at and
// never shown.
func (t tool) failed(ctx context.Context, err error, complaint string) error {
	e := &unavailableError{source: t.name, text: "it could not give a token", hint: "try it by hand, or sign in again: " + t.signIn, err: err}
	lower := strings.ToLower(complaint)
	var known *entraError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		e.text, e.hint = "it gave no token within "+toolTimeout.String(), "try it by hand"
	case errors.As(entraErrorIn(complaint), &known):
		e.text, e.hint = known.row.message, known.row.hint
		if known.row.person {
			e.hint = "run: " + t.signIn
		}
	case strings.Contains(lower, "tenant shouldn't be specified"):
		e.text = onlyOwnTenant
	case strings.Contains(lower, "no subscription found"), strings.Contains(lower, "please run"),
		strings.Contains(lower, "not logged in"), strings.Contains(lower, "login expired"),
		strings.Contains(lower, "azd auth login"), strings.Contains(lower, "connect-azaccount"):
		e.text, e.hint = "nobody has signed in with it", "run: "+t.signIn
	case strings.Contains(lower, "az.accounts"):
		e.text, e.hint = "its module Az.Accounts is not installed", "run: Install-Module Az.Accounts"
	case strings.Contains(lower, "subscription") && strings.Contains(lower, "doesn't exist"):
		e.text, e.hint = "it does not know the subscription", "correct "+fieldSubscription+" of the credential; az account list shows them"
	}
	return e
}

// parseTool reads the token in the output of any of the programs.
func parseTool(output []byte) (azcore.AccessToken, error) {
	var answer struct {
		AccessToken string `json:"accessToken"` // az
		Token       string `json:"token"`       // azd
		Expires     int64  `json:"expires_on"`  // az since 2.54, in seconds
		ExpiresOn   string `json:"expiresOn"`
	}
	if err := json.Unmarshal(output, &answer); err != nil {
		return azcore.AccessToken{}, errors.New("not JSON")
	}
	token := azcore.AccessToken{Token: answer.AccessToken + answer.Token, ExpiresOn: time.Unix(answer.Expires, 0).UTC()}
	if token.Token == "" {
		return azcore.AccessToken{}, errors.New("no token in it")
	}
	if answer.Expires != 0 {
		return token, nil
	}
	// az writes local time without a zone, azd UTC.
	for layout, place := range map[string]*time.Location{"2006-01-02 15:04:05.999999": time.Local, time.RFC3339: time.UTC} {
		if expires, err := time.ParseInLocation(layout, answer.ExpiresOn, place); err == nil {
			token.ExpiresOn = expires.UTC()
			return token, nil
		}
	}
	return azcore.AccessToken{}, errors.New("no time in it")
}

// cappedBuffer keeps the beginning of what is written to it.
type cappedBuffer struct{ data []byte }

// Write keeps what there is room for and takes the rest silently.
func (b *cappedBuffer) Write(p []byte) (int, error) {
	room := min(maxToolOutput-len(b.data), len(p))
	b.data = append(b.data, p[:room]...)
	return len(p), nil
}
