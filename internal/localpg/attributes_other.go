//go:build unix && !linux

package localpg

import "syscall"

// attributes put a child into its own process group, so that Ctrl-C reaches us first. Only Linux has a signal for a parent's death.
func attributes(own *owner) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if own != nil {
		a.Credential = &syscall.Credential{Uid: own.uid, Gid: own.gid, Groups: []uint32{}}
	}
	return a
}
