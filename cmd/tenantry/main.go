// Command tenantry is the portal: it serves the pages and runs the sync, migrates the database, checks its own settings, verifies audit
// exports and rotates keys. It holds no logic; what it starts is in cmd/internal and internal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"github.com/tenantry/tenantry/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "tenantry:", err)
		os.Exit(1)
	}
}

type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the pages and run the sync."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Doctor  doctorCommand  `cmd:"" help:"Check settings, database, keys and the app registration, and say what to do."`
	Audit   auditCommand   `cmd:"" help:"Work with exports of the audit."`
	Keys    keysCommand    `cmd:"" help:"Work with the keyset."`
}

// environment is what every command gets.
type environment struct {
	ctx            context.Context
	getenv         func(string) string
	stdout, stderr io.Writer
}

// errSilent ends with status 1 after the command said everything itself.
var errSilent = errors.New("see above")

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) (err error) {
	var c commands
	type exit int
	parser, err := kong.New(&c, kong.Name("tenantry"),
		kong.Description("The partner portal for managed service providers on Microsoft 365."),
		kong.Writers(stdout, stderr), kong.UsageOnError(),
		kong.ExplicitGroups([]kong.Group{
			{Key: "portal", Title: "Portal:"}, {Key: "app", Title: "App registration:"},
			{Key: "cloud", Title: "Microsoft cloud:"}, {Key: "database", Title: "Database:"},
		}),
		kong.ValueFormatter(helpWithVariable),
		kong.Exit(func(code int) { panic(exit(code)) })) // kong ends the process after --help; only main may
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			if code, ok := r.(exit); !ok {
				panic(r)
			} else if code != 0 {
				err = errSilent
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return chosen.Run(environment{ctx, getenv, stdout, stderr})
}

// helpWithVariable adds to a flag's help the variable that means the same.
func helpWithVariable(v *kong.Value) string {
	if name := v.Tag.Get("setting"); name != "" {
		return v.OrigHelp + " ($" + name + ")"
	}
	return v.OrigHelp
}

// load checks flags and environment together.
func (e environment) load(s config.Settings) (config.Portal, error) { return s.Fill(e.getenv).Check() }

// logger writes JSON, or readable lines on a terminal.
func (e environment) logger() *slog.Logger {
	level := slog.LevelInfo
	if e.getenv("TENANTRY_DEBUG") != "" {
		level = slog.LevelDebug
	}
	if f, ok := e.stderr.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return slog.New(tint.NewTextHandler(f, &tint.Options{Level: level, TimeFormat: time.TimeOnly}))
	}
	return slog.New(slog.NewJSONHandler(e.stderr, &slog.HandlerOptions{Level: level}))
}
