package sqlstore_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/townclerk/townclerk/ticket"
)

// insideVariable says that a test runs where it may mount a disk.
const insideVariable = "TOWNCLERK_TEST_INSIDE"

// The disk of a SQLite file is full: who writes is told so, nothing is half done, reading
// goes on, and so does writing when there is room again. The test runs once more in a
// namespace of its own, where it mounts a disk of little size.
func TestDiskFull(t *testing.T) {
	if os.Getenv(insideVariable) != "" {
		testDiskFull(t)
		return
	}
	if testing.Short() {
		t.Skip("it takes some time to fill a disk")
	}
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	inside := exec.Command(self, "-test.run=^TestDiskFull$", "-test.v")
	inside.Env = append(os.Environ(), insideVariable+"=1")
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	said, err := inside.CombinedOutput()
	if start := (*fs.PathError)(nil); errors.As(err, &start) {
		t.Skipf("the kernel lets nobody mount a disk of their own: %v", err)
	}
	require.NoError(t, err, string(said))
	t.Logf("%s", said)
}

func testDiskFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=10m"); err != nil {
		t.Skipf("the kernel lets nobody mount a disk of their own: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	// The log ahead may have 4 MiB.
	filler := filepath.Join(disk, "filler")
	require.NoError(t, os.WriteFile(filler, make([]byte, 4<<20), 0o600))
	path := filepath.Join(disk, "town.db")
	db := reopen(t, path)
	p, err := charter()
	require.NoError(t, err)
	h := newHistory()
	o := newOffice(p, watched{db.Tickets(), h}, time.Date(2026, time.June, 7, 6, 0, 0, 0, time.UTC))
	o.text = strings.Repeat("It is still dark. ", 500)
	r := rand.New(rand.NewPCG(5, 5))

	for ; err == nil; err = o.act(t.Context(), r) {
		require.Less(t, h.count(stored), 100_000, "the disk does not fill")
	}
	require.ErrorContains(t, err, "ticket")
	require.ErrorContains(t, err, "disk is full")
	for range 10 { // it stays so, also for those who sweep
		require.ErrorContains(t, o.open(t.Context(), r), "disk is full")
	}
	require.Equal(t, 0, h.count(open), "nobody is in doubt")
	require.NoError(t, h.whole(t.Context(), db.Stores), "reading goes on")
	intact(t, path)
	n := h.count(stored)
	for made, err := range allTickets(t.Context(), db.Tickets()) {
		require.NoError(t, err)
		_, err := db.Tickets().Tickets().List(t.Context(), town, ticket.Query{Number: made.Number})
		require.NoError(t, err)
	}

	require.NoError(t, os.Remove(filler))
	for range 20 {
		require.NoError(t, o.act(t.Context(), r))
		require.NoError(t, o.sweep(t.Context(), r))
	}
	require.Greater(t, h.count(stored), n, "writing goes on")
	require.NoError(t, h.whole(t.Context(), db.Stores))
	requireSettled(t, p, db.Tickets(), h)
	intact(t, path)
	t.Logf("%d writes filled the disk", n)
}
