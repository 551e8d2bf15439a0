package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The machine as such: what its first process has to set up, may change, and turns off.
final class Machine {
    static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    /// Where containers have their `resolv.conf`, `hosts` and `hostname` from.
    static final Path NETWORK_FILES = Path.of("/run/network");

    private static final long RNDADDENTROPY = 0x40085203;
    private static final long RNDRESEEDCRNG = 0x5207;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final int AF_INET = 2;
    private static final int INTERFACE_UP = 1;
    private static final int INTERFACE_REQUEST = 40;
    private static final int INTERFACE_NAME = 16;
    private static final int EVERY_PROCESS = -1;

    private final SystemCalls calls;

    Machine(SystemCalls calls) {
        this.calls = calls;
    }

    /// Mounts what containers need and makes this process the last to be killed. The first stage
    /// has mounted /dev, /proc and /sys.
    void setUp() throws IOException {
        long plain = SystemCalls.MS_NOSUID | SystemCalls.MS_NODEV;
        long data = plain | SystemCalls.MS_NOEXEC;
        calls.mount("tmpfs", "/run", "tmpfs", plain, "mode=755");
        // Containers write here, and may fill it: the agent's own files are not at stake.
        Files.createDirectory(Path.of("/run/kata-containers"));
        calls.mount("tmpfs", "/run/kata-containers", "tmpfs", 0, "mode=755");
        calls.mount("tmpfs", "/tmp", "tmpfs", plain, "mode=1777");
        calls.mount("cgroup2", CGROUPS.toString(), "cgroup2", data, "");
        Files.createDirectory(Path.of("/dev/pts"));
        calls.mount("devpts", "/dev/pts", "devpts", SystemCalls.MS_NOSUID, "mode=620,ptmxmode=666");
        Files.createDirectory(Path.of("/dev/shm"));
        calls.mount("tmpfs", "/dev/shm", "tmpfs", data, "mode=1777");
        Files.writeString(Path.of("/proc/self/oom_score_adj"), "-1000");
        Files.writeString(Path.of("/proc/sys/kernel/pid_max"), "4194304");
        raiseLoopback();
    }

    private void raiseLoopback() throws IOException {
        // struct ifreq: name, then the flags.
        byte[] request =
                ByteBuffer.allocate(INTERFACE_REQUEST)
                        .order(ByteOrder.nativeOrder())
                        .put("lo".getBytes(StandardCharsets.US_ASCII))
                        .putShort(INTERFACE_NAME, (short) INTERFACE_UP)
                        .array();
        int socket = calls.socket(AF_INET, SystemCalls.SOCK_DGRAM, 0);
        try {
            calls.control(socket, SIOCSIFFLAGS, request);
        } finally {
            calls.close(socket);
        }
    }

    void setHostname(String name) throws IOException {
        calls.setHostname(name);
    }

    void setTime(long seconds, long microseconds) throws IOException {
        calls.setTime(seconds, microseconds);
    }

    /// Mixes in random bytes, all of them counted as entropy, and makes the kernel use them at
    /// once: machines that were cloned from one must not draw the same numbers.
    void addEntropy(byte[] bytes) throws IOException {
        // struct rand_pool_info: bits, bytes, the bytes.
        byte[] pool =
                ByteBuffer.allocate(8 + bytes.length)
                        .order(ByteOrder.nativeOrder())
                        .putInt(bytes.length * 8)
                        .putInt(bytes.length)
                        .put(bytes)
                        .array();
        int device = calls.open("/dev/random", SystemCalls.O_RDWR);
        try {
            calls.control(device, RNDADDENTROPY, pool);
            calls.control(device, RNDRESEEDCRNG, 0);
        } finally {
            calls.close(device);
        }
    }

    /// Ends all other processes, leaves the disks in order, and turns the machine off.
    ///
    /// The kernel takes the root disk away before the power. A thread of ours that needs a page of
    /// it then would die, and the kernel would take that for a crash: so another process freezes
    /// this one first.
    void powerOff() {
        Log.info("power off");
        try {
            calls.kill(EVERY_PROCESS, SystemCalls.SIGKILL);
        } catch (ErrnoException e) {
            // There was none.
        }
        try {
            for (String line : Files.readAllLines(Path.of("/proc/mounts")).reversed()) {
                String[] fields = line.split(" ", -1);
                if (fields[0].startsWith("/dev/") && !fields[1].equals("/")) {
                    unmount(fields[1]);
                }
            }
            Path group = Files.createDirectories(CGROUPS.resolve("agent"));
            String freezeAndPowerOff =
                    "cd "
                            + group
                            + " && echo 1 >cgroup.procs && echo 1 >cgroup.freeze;"
                            + " exec /bin/busybox poweroff -f";
            calls.spawn(List.of("/bin/sh", "-c", freezeAndPowerOff), Map.of(), 2, 2, 2);
        } catch (IOException e) {
            Log.warn("power off", e);
        }
    }

    private void unmount(String path) {
        try {
            calls.unmount(path, SystemCalls.MNT_DETACH);
        } catch (ErrnoException e) {
            Log.warn("power off", e);
        }
    }
}
