package localpg

import "syscall"

// attributes put a child into its own process group, so that Ctrl-C reaches us first, and have it end when we die.
func attributes(own *owner) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	if own != nil {
		a.Credential = &syscall.Credential{Uid: own.uid, Gid: own.gid, Groups: []uint32{}}
	}
	return a
}
