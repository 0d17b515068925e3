package lsp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// phase is where the server stands in the protocol's lifecycle.
type phase int32

const (
	phaseNew phase = iota
	phaseRunning
	phaseShutdown
)

// call answers one request. It runs on its own goroutine with the snapshot that
// was current when the request was read.
type call func(ctx context.Context, snap *Snapshot, params []byte) (any, error)

// notification carries out one notification. It runs on the read goroutine, so
// it must neither wait nor call the client.
type notification func(ctx context.Context, params []byte) error

// dispatcher decides what runs when. Its rules:
//
//   - Notifications run inline, in the order of the wire. Their errors are
//     logged; nothing that a client sends closes the connection.
//   - A call is admitted inline (lifecycle, cancellation, snapshot) and then
//     released, so that it sees exactly the edits that came before it and holds
//     up nothing that comes after it.
//   - No context derives from the request's own: the library recycles it.
//   - A panic is answered and logged by method and frames, never by its value.
type dispatcher struct {
	calls         map[string]call
	notifications map[string]notification
	// inline are the calls that change the session itself and so run on the
	// read goroutine.
	inline map[string]bool
	// snapshot returns the current snapshot.
	snapshot func() *Snapshot
	log      *zap.Logger
	// mask replaces secrets in error messages.
	mask func(string) string

	phase atomic.Int32

	// work counts everything that runs for the client.
	work sync.WaitGroup

	mu sync.Mutex
	// running holds the cancel functions of the calls in flight.
	running map[jsonrpc2.ID]context.CancelFunc
	// stopped is set when nothing more is admitted.
	stopped bool
}

// stop admits nothing more and reports whether the client had sent shutdown.
func (d *dispatcher) stop() (wasShutDown bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	return phase(d.phase.Swap(int32(phaseShutdown))) == phaseShutdown
}

// spawn runs work on a goroutine that the session waits for when it ends. It
// reports false, and runs nothing, once the session has ended.
func (d *dispatcher) spawn(work func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return false
	}
	d.work.Go(work)
	return true
}

// handle is the connection's handler: see dispatcher.
func (d *dispatcher) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	base := jsonrpc2.DetachContext(ctx)
	if !req.IsCall() {
		d.notify(base, req)
		return nil, nil
	}
	method, id := strings.Clone(req.Method()), req.ID()
	if err := d.gate(method); err != nil {
		return nil, err
	}
	run, known := d.calls[method]
	if !known {
		return nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "%q is not supported", method)
	}
	callCtx, cancel := context.WithCancel(base)
	defer cancel()
	if err := d.register(id, cancel); err != nil {
		return nil, err
	}
	defer d.unregister(id)
	snap := d.snapshot()
	if !d.inline[method] {
		jsonrpc2.Async(ctx)
	}
	return d.answer(callCtx, method, func() (any, error) { return run(callCtx, snap, req.Params()) })
}

// gate refuses what the lifecycle does not allow now.
func (d *dispatcher) gate(method string) error {
	switch phase(d.phase.Load()) {
	case phaseNew:
		if method != protocol.MethodInitialize {
			return jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "the first request must be initialize")
		}
	case phaseRunning:
		if method == protocol.MethodInitialize {
			return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "initialize may be sent only once")
		}
	case phaseShutdown:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is shutting down")
	}
	return nil
}

// answer runs a call and maps how it ended to what the client sees.
func (d *dispatcher) answer(ctx context.Context, method string, run func() (any, error)) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			d.logPanic(method, r)
			result, err = nil, jsonrpc2.NewError(jsonrpc2.InternalError, "internal error in "+method)
		}
	}()
	result, err = run()
	if err == nil {
		d.log.Debug("answered", zap.String("method", method))
		return result, nil
	}
	if ctx.Err() != nil && !errors.Is(err, context.DeadlineExceeded) {
		// Whatever a cancelled handler failed with, it failed because of that.
		err = context.Canceled
	}
	err = wireError(method, err, d.mask)
	d.log.Debug("refused", zap.String("method", method), zap.Int32("code", errorCode(err)))
	return nil, err
}

func errorCode(err error) int32 {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return int32(wire.Code)
	}
	return 0
}

// notify runs a notification and keeps its failure to itself.
func (d *dispatcher) notify(base context.Context, req *jsonrpc2.Request) {
	method := strings.Clone(req.Method())
	defer func() {
		if r := recover(); r != nil {
			d.logPanic(method, r)
		}
	}()
	if method == protocol.MethodCancelRequest {
		d.cancel(req.Params())
		return
	}
	if at := phase(d.phase.Load()); at != phaseRunning && method != protocol.MethodExit {
		d.log.Debug("dropped outside the session", zap.String("method", method))
		return
	}
	run, known := d.notifications[method]
	if !known {
		if !strings.HasPrefix(method, "$/") {
			d.log.Debug("unknown notification", zap.String("method", method))
		}
		return
	}
	if err := run(base, req.Params()); err != nil {
		d.log.Warn("notification ignored", zap.String("method", method), zap.Error(err))
	}
}

// cancel cancels the call that a $/cancelRequest names; an id that is null, of
// another type or of no running call is nobody's.
func (d *dispatcher) cancel(params []byte) {
	var p protocol.CancelParams
	if err := protocol.Unmarshal(params, &p); err != nil {
		d.log.Warn("notification ignored", zap.String("method", protocol.MethodCancelRequest), zap.Error(errMalformed))
		return
	}
	var id jsonrpc2.ID
	switch v := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(v))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(v))
	default:
		return
	}
	d.mu.Lock()
	cancel := d.running[id]
	d.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// register makes a call known to cancel and to stop.
func (d *dispatcher) register(id jsonrpc2.ID, cancel context.CancelFunc) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is shutting down")
	}
	if _, taken := d.running[id]; taken {
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "a request with this id is already running")
	}
	if d.running == nil {
		d.running = make(map[jsonrpc2.ID]context.CancelFunc)
	}
	d.running[id] = cancel
	d.work.Add(1)
	return nil
}

func (d *dispatcher) unregister(id jsonrpc2.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.running, id)
	d.work.Done()
}

// errMalformed is the error of parameters that could not be read. The decoder's
// own message could repeat them, so it is not shown.
var errMalformed = errors.New("malformed parameters")

// handleCall makes a call of a typed handler. Parameters that cannot be read are
// answered -32602.
func handleCall[P, R any](handler func(context.Context, *Snapshot, *P) (R, error)) call {
	return func(ctx context.Context, snap *Snapshot, params []byte) (any, error) {
		var p P
		if err := decode(params, &p); err != nil {
			return nil, invalidParams("%v", err)
		}
		return handler(ctx, snap, &p)
	}
}

// handleNotification makes a notification of a typed handler.
func handleNotification[P any](handler func(context.Context, *P) error) notification {
	return func(ctx context.Context, params []byte) error {
		var p P
		if err := decode(params, &p); err != nil {
			return err
		}
		return handler(ctx, &p)
	}
}

// decode reads parameters; absent ones leave p as it is.
func decode(params []byte, p any) error {
	if len(params) == 0 {
		return nil
	}
	if err := protocol.Unmarshal(params, p); err != nil {
		return fmt.Errorf("%w of type %s", errMalformed, strings.TrimPrefix(fmt.Sprintf("%T", p), "*protocol."))
	}
	return nil
}
