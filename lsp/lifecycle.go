package lsp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// newDispatcher returns the dispatcher with every method that the server knows.
func (s *session) newDispatcher() *dispatcher {
	return &dispatcher{
		snapshot: s.snapshot,
		log:      s.log,
		mask:     s.mask,
		inline:   map[string]bool{protocol.MethodInitialize: true, protocol.MethodShutdown: true},
		calls: map[string]call{
			protocol.MethodInitialize:                    handleCall(s.initialize),
			protocol.MethodShutdown:                      s.shutdown,
			protocol.MethodTextDocumentCompletion:        handleCall(s.completion),
			protocol.MethodCompletionItemResolve:         handleCall(s.completionResolve),
			protocol.MethodTextDocumentHover:             handleCall(s.hover),
			protocol.MethodTextDocumentDocumentLink:      handleCall(s.documentLink),
			protocol.MethodTextDocumentDiagnostic:        handleCall(s.diagnostic),
			protocol.MethodTextDocumentDefinition:        handleCall(s.definition),
			protocol.MethodTextDocumentReferences:        handleCall(s.references),
			protocol.MethodTextDocumentDocumentHighlight: handleCall(s.documentHighlight),
			protocol.MethodTextDocumentDocumentSymbol:    handleCall(s.documentSymbol),
			protocol.MethodTextDocumentFoldingRange:      handleCall(s.foldingRange),
			protocol.MethodTextDocumentFormatting:        handleCall(s.formatting),
			protocol.MethodTextDocumentRangeFormatting:   handleCall(s.rangeFormatting),
			protocol.MethodTextDocumentOnTypeFormatting:  handleCall(s.onTypeFormatting),
			protocol.MethodTextDocumentSignatureHelp:     handleCall(s.signatureHelp),
			protocol.MethodTextDocumentCodeAction:        handleCall(s.codeAction),
			protocol.MethodTextDocumentCodeLens:          handleCall(s.codeLens),
			protocol.MethodWorkspaceExecuteCommand:       handleCall(s.executeCommand),
		},
		notifications: map[string]notification{
			protocol.MethodInitialized:                        handleNotification(s.initialized),
			protocol.MethodExit:                               s.exit,
			protocol.MethodSetTrace:                           ignore,
			protocol.MethodTextDocumentDidOpen:                handleNotification(s.didOpen),
			protocol.MethodTextDocumentDidChange:              handleNotification(s.didChange),
			protocol.MethodTextDocumentDidClose:               handleNotification(s.didClose),
			protocol.MethodTextDocumentDidSave:                handleNotification(s.didSave),
			protocol.MethodWorkspaceDidChangeConfiguration:    handleNotification(s.didChangeConfiguration),
			protocol.MethodWorkspaceDidChangeWatchedFiles:     handleNotification(s.didChangeWatchedFiles),
			protocol.MethodWorkspaceDidChangeWorkspaceFolders: handleNotification(s.didChangeWorkspaceFolders),
			protocol.MethodWindowWorkDoneProgressCancel:       handleNotification(s.progressCancel),
		},
	}
}

func ignore(context.Context, []byte) error { return nil }

// initialize reads what the client can do and answers what we can.
func (s *session) initialize(_ context.Context, _ *Snapshot, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.caps = readCapabilities(&p.Capabilities)
	s.settings = slices.Clone(json.RawMessage(p.InitializationOptions))
	s.options = readOptions(s.settings)
	roots := initialRoots(p)
	s.update(func(next *Snapshot) { next.roots = roots })
	s.tellRoots()
	s.dispatch.phase.Store(int32(phaseRunning))
	info := protocol.ServerInfo{Name: Name}
	if s.deps.Version != "" {
		info.Version = protocol.NewOptional(s.deps.Version)
	}
	return &protocol.InitializeResult{Capabilities: s.serverCapabilities(), ServerInfo: info}, nil
}

// initializationOptions are what a client may pass beside its settings.
type initializationOptions struct {
	// TriggerSuggest is the client's own command that opens completion.
	TriggerSuggest string `json:"triggerSuggest"`
	// DeviceCode says that the client shows device codes itself, which it is
	// told of with the notification vault-lsp/deviceCode.
	DeviceCode bool `json:"deviceCode"`
}

// readOptions reads the options; what it cannot read counts as absent.
func readOptions(raw json.RawMessage) initializationOptions {
	var options initializationOptions
	if len(raw) == 0 || json.Unmarshal(raw, &options) != nil {
		return initializationOptions{}
	}
	return options
}

// initialRoots are the paths of the folders that the client has open.
func initialRoots(p *protocol.InitializeParams) []string {
	var roots []string
	if folders, ok := p.WorkspaceFolders.Get(); ok {
		for _, folder := range folders {
			roots = appendRoot(roots, folder.URI)
		}
	}
	//lint:ignore SA1019 clients that know no workspace folders send only this
	if root := p.RootURI; len(roots) == 0 && root != nil {
		roots = appendRoot(roots, *root)
	}
	return roots
}

func appendRoot(roots []string, u uri.URI) []string {
	if path := filePath(u); path != "" && !slices.Contains(roots, path) {
		roots = append(roots, strings.Clone(path))
	}
	return roots
}

// serverCapabilities says what we can do.
func (s *session) serverCapabilities() protocol.ServerCapabilities {
	yes, incremental := true, protocol.TextDocumentSyncKindIncremental
	capabilities := protocol.ServerCapabilities{
		PositionEncoding: encodingKind(s.caps.encoding),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true),
		},
		CompletionProvider: &protocol.CompletionOptions{
			// $ and { open an expression, blank and = its fields, / a path in a
			// vault, @ a directive or variable, : a header's value.
			TriggerCharacters: []string{"{", "$", " ", "=", "/", "@", ":", "%", "'", "\""},
			ResolveProvider:   &yes,
		},
		HoverProvider:             protocol.Boolean(true),
		DefinitionProvider:        protocol.Boolean(true),
		ReferencesProvider:        protocol.Boolean(true),
		DocumentHighlightProvider: protocol.Boolean(true),
		DocumentSymbolProvider:    protocol.Boolean(true),
		FoldingRangeProvider:      protocol.Boolean(true),

		DocumentFormattingProvider:      protocol.Boolean(true),
		DocumentRangeFormattingProvider: protocol.Boolean(true),
		DocumentOnTypeFormattingProvider: protocol.DocumentOnTypeFormattingOptions{
			FirstTriggerCharacter: "\n", MoreTriggerCharacter: []string{"}"},
		},
		SignatureHelpProvider: &protocol.SignatureHelpOptions{
			TriggerCharacters: []string{" ", "("}, RetriggerCharacters: []string{",", "="},
		},
		CodeActionProvider: &protocol.CodeActionOptions{
			CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactorRewrite},
		},
		CodeLensProvider:     &protocol.CodeLensOptions{},
		DocumentLinkProvider: &protocol.DocumentLinkOptions{},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{
			WorkDoneProgressOptions: protocol.WorkDoneProgressOptions{WorkDoneProgress: &yes},
			Commands:                commandNames(),
		},
		Workspace: &protocol.WorkspaceOptions{
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
				Supported: &yes, ChangeNotifications: protocol.Boolean(true),
			},
		},
	}
	if s.caps.pull {
		capabilities.DiagnosticProvider = &protocol.DiagnosticOptions{InterFileDependencies: true}
	}
	return capabilities
}

// initialized asks for what only a running client can be asked: its settings
// and to be told of changes.
func (s *session) initialized(context.Context, *protocol.InitializedParams) error {
	turn := s.settingsTurns.next()
	s.background("initialized", func(ctx context.Context) {
		s.register(ctx)
		s.loadSettings(ctx, turn, nil)
		s.reportConfiguration(ctx)
	})
	return nil
}

// shutdown lets nothing more be asked; what runs is cancelled by exit.
func (s *session) shutdown(context.Context, *Snapshot, []byte) (any, error) {
	s.dispatch.phase.Store(int32(phaseShutdown))
	return nil, nil
}

// tellRoots tells what is not of this package which folders are the workspace's.
func (s *session) tellRoots() {
	if s.deps.Workspace != nil {
		s.deps.Workspace(slices.Clone(s.snapshot().roots))
	}
}

// didChangeWorkspaceFolders follows the folders that are open.
func (s *session) didChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	s.update(func(next *Snapshot) {
		for _, folder := range p.Event.Removed {
			path := filePath(folder.URI)
			next.roots = slices.DeleteFunc(next.roots, func(root string) bool { return root == path })
			maps.DeleteFunc(next.selected, func(root, _ string) bool { return root == path })
		}
		for _, folder := range p.Event.Added {
			next.roots = appendRoot(next.roots, folder.URI)
		}
	})
	s.tellRoots()
	if s.caps.configuration {
		turn := s.settingsTurns.next()
		s.background("settings", func(ctx context.Context) { s.loadSettings(ctx, turn, nil) })
	}
	s.diagnoseAll(diagnosticsDelay)
	return nil
}
