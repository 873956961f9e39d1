// Package serve puts the portal together from its parts and runs it: for cmd/tenantry, which is the product, and cmd/demo, which runs it
// beside the simulated Microsoft cloud. What the parts do is theirs; here is only who gets whom.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/config"
)

// Options say what this process does.
type Options struct {
	Web      bool                                       // serve pages; without it only health and metrics are served
	Workers  int                                        // reads at once; 0: none in this process
	Listener net.Listener                               // nil: listen on the configured address
	Fast     bool                                       // a private Postgres may lose what it held when the machine fails
	Fresh    bool                                       // a private Postgres begins empty: for a demo, whose cloud begins anew each time
	Prepare  func(ctx context.Context, p *Portal) error // called when everything is wired, before the workers start; may be nil
	Ready    func(address string)                       // called when pages are served; may be nil
}

// grace is how long requests under way may take after the signal to stop.
const grace = 15 * time.Second

// Run serves until ctx ends, then stops within the grace time: no new requests, those under way answered, reads put back, Postgres last.
func Run(ctx context.Context, cfg config.Portal, o Options, log *slog.Logger) (err error) {
	listener := o.Listener
	if listener == nil { // first, for a port in use is the likeliest failure and the quickest to find
		if listener, err = new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen); err != nil {
			return fmt.Errorf("listen on %s: %w; choose another address by TENANTRY_LISTEN", cfg.Listen, err)
		}
	}
	defer listener.Close()
	defer func() {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) { // told to stop while still starting: that is no failure
			err = nil
		}
	}()
	p, err := Open(ctx, cfg, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if o.Prepare != nil {
		if err := o.Prepare(ctx, p); err != nil {
			return err
		}
	}
	return p.serve(ctx, listener, o)
}

// serve runs workers and server side by side until ctx ends or one of them fails.
func (p *Portal) serve(ctx context.Context, l net.Listener, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := p.Sync.Start(ctx); err != nil {
		return err
	}
	if o.Workers > 0 {
		go p.chores(ctx)
	}
	go p.learnHome(ctx)
	go p.tellBudget(ctx)
	go p.keepTime(ctx)
	if p.local != nil {
		go func() {
			select {
			case <-p.local.Done():
				cancel(errors.New("the private Postgres ended by itself; its log lies beside its data"))
			case <-ctx.Done():
			}
		}()
	}
	server := &http.Server{
		Handler:           p.handler(o.Web),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // no form of ours is long; answers, such as exports, may be
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	p.Log.Info("serving", "address", l.Addr().String(), "url", p.Config.Origin(), "web", o.Web, "workers", o.Workers)
	if o.Ready != nil {
		o.Ready(l.Addr().String())
	}
	var err error
	select {
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
			err = cause
		}
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	return errors.Join(err, p.stop(server))
}

// stop ends requests and reads at the same time, so that a slow export does not keep the workers from letting go.
func (p *Portal) stop(server *http.Server) error {
	p.Log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	reads := make(chan error, 1)
	go func() { reads <- p.Sync.Stop(ctx) }()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	return errors.Join(err, <-reads)
}
