// Command demo runs the simulated Microsoft cloud and the portal in one process, with a fleet of customers that are already connected.
// Each start begins anew: the cloud is made of its seed, and the portal's database is emptied.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize"
	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/localpg"
)

type flags struct {
	Tenants int    `default:"12" help:"Customers beside the partner's own tenant."`
	Devices int    `default:"4800" help:"Managed devices over all customers."`
	Seed    uint64 `default:"1" help:"The same seed makes the same world."`
	Verbose bool   `help:"Log every request and every read."`
	Ports   int    `name:"cloud-port" default:"9400" hidden:"" help:"First of the cloud's four ports; 0: any that are free."`
}

// Validate is called by kong.
func (f *flags) Validate() error {
	if f.Tenants < 1 || f.Tenants > 100_000 || f.Devices < 1 || f.Devices > 100_000_000 {
		return errors.New("--tenants is 1 to 100000, --devices 1 to 100000000")
	}
	return nil
}

// port is the address of the cloud's n-th host; empty lets the cloud choose.
func (f *flags) port(n int) string {
	if f.Ports == 0 {
		return ""
	}
	return fmt.Sprintf("127.0.0.1:%d", f.Ports+n)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var f flags
	parser, err := kong.New(&f, kong.Name("demo"), kong.Description("The portal and a simulated Microsoft cloud, on loopback, until Ctrl-C."), kong.Writers(stdout, stderr))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	began := time.Now()
	l, err := listen(getenv("TENANTRY_LISTEN"), stdout)
	if err != nil {
		return err
	}
	defer l.Close()
	origin := "http://" + l.Addr().String()
	cloud, err := startCloud(ctx, f, origin)
	if err != nil {
		return err
	}
	defer cloud.Close()
	cfg, err := settings(cloud, origin, getenv("TENANTRY_DATA_DIR"))
	if err != nil {
		return err
	}
	level := slog.LevelError // a lively world fails in places; the pages tell of it
	if f.Verbose {
		level = slog.LevelInfo
	}
	d := &demo{cloud: cloud}
	return serve.Run(ctx, cfg, serve.Options{
		Web: true, Workers: 8, Listener: l, Fast: true, Fresh: true, Prepare: func(ctx context.Context, p *serve.Portal) error {
			go past(ctx, p)
			if err := d.seed(ctx, p); err != nil {
				return err
			}
			late := behind(cloud.World.Clock.Now())
			cloud.World.Clock.Advance(-late)
			go d.goOn(ctx, p, late)
			return nil
		},
		Ready: func(string) {
			fmt.Fprintf(stdout, "\nbuilt    %d customers with %s devices from seed %d, in %.1f s\nportal   %s\n\n",
				len(cloud.World.Tenants())-1, humanize.Comma(int64(f.Devices)), f.Seed, time.Since(began).Seconds(), origin)
			d.people(stdout)
			fmt.Fprint(stdout, "\nCtrl-C stops everything.\n")
		},
	}, slog.New(tint.NewTextHandler(stderr, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal(stderr)})))
}

// listen takes the address asked for, or the usual one; where that is taken, any free port.
func listen(asked string, stdout io.Writer) (net.Listener, error) {
	const usual = "127.0.0.1:8080"
	if asked != "" {
		host, _, err := net.SplitHostPort(asked)
		if err != nil || !config.Loopback(host) {
			return nil, fmt.Errorf("TENANTRY_LISTEN=%s: the demo listens on loopback only, such as %s, for its passwords are on the screen", asked, usual)
		}
		return net.Listen("tcp", asked)
	}
	l, err := net.Listen("tcp", usual)
	if errors.Is(err, syscall.EADDRINUSE) {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err == nil {
			fmt.Fprintf(stdout, "Port 8080 is taken; using %s instead.\n", l.Addr())
		}
	}
	return l, err
}

func startCloud(ctx context.Context, f flags, origin string) (*cloudsim.Cloud, error) {
	cloud, err := cloudsim.New(cloudsim.Options{
		World: world.Options{Seed: f.Seed, Tenants: f.Tenants, Devices: f.Devices, RedirectURIs: []string{origin + "/auth/callback", origin + "/auth/consent"}},
		Login: f.port(0), Graph: f.port(1), Security: f.port(2), Partner: f.port(3),
	})
	if err != nil {
		return nil, err
	}
	// The cloud outlives the signal until the portal, which reads from it, has stopped.
	if err := cloud.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("the simulated cloud needs the ports 9400 to 9403: %w", err)
	}
	return cloud, nil
}

// settings are the demo's own. The environment's would lead to somebody's real database or tenant.
func settings(cloud *cloudsim.Cloud, origin, dataDir string) (config.Portal, error) {
	if dataDir == "" {
		var err error
		if dataDir, err = localpg.DefaultDir("tenantry-demo"); err != nil {
			return config.Portal{}, err
		}
	}
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return config.Portal{}, err
	}
	w, urls := cloud.World, cloud.URLs()
	return config.Settings{
		URL: origin, Listen: origin[len("http://"):], DataDir: dataDir, Owners: owner(w).SignInName,
		TenantID: w.Home().ID, ClientID: w.App.ClientID, ClientSecret: w.App.ClientSecret,
		AuthorityHost: urls.Login, GraphURL: urls.Graph, DefenderURL: urls.Security, PartnerCenterURL: urls.Partner, AdminCenterURL: urls.Login,
	}.Check()
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
