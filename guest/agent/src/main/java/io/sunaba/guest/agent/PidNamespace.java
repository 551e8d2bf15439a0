package io.sunaba.guest.agent;

import io.grpc.StatusRuntimeException;
import io.sunaba.guest.protocol.Linux;
import io.sunaba.guest.protocol.LinuxNamespace;
import io.sunaba.guest.protocol.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// One PID namespace for all containers of the sandbox.
///
/// Its first process is a shell that waits, and so reaps what others leave behind. It is confined
/// like a container: with the others' eyes on it, it must not show them the machine's files.
final class PidNamespace {
    /// No container has it: their ids begin with a letter or digit.
    private static final String ID = "_pid";

    private static final String PROGRAM = "/bin/busybox";

    private static final List<String> COMMAND =
            List.of(PROGRAM, "sh", "-c", "while :; do " + PROGRAM + " sleep 2147483647; done");

    private final Crun crun;
    private final Path bundle;
    private final int pid;
    private final CompletableFuture<Integer> exit;

    private PidNamespace(Crun crun, Path bundle, int pid, CompletableFuture<Integer> exit) {
        this.crun = crun;
        this.bundle = bundle;
        this.pid = pid;
        this.exit = exit;
    }

    /// @param directory for the bundle
    static PidNamespace create(Launcher launcher, Path directory)
            throws IOException, InterruptedException {
        Crun crun = launcher.crun();
        Path bundle = directory.resolve(ID);
        Path pidFile = bundle.resolve("pid");
        try {
            // crun wants to find it.
            Files.createDirectories(bundle.resolve("root/dev"));
            Files.writeString(bundle.resolve("config.json"), config().toString());
            long mark = launcher.reaper().mark();
            crun.run("run", "--detach", "--bundle=" + bundle, "--pid-file=" + pidFile, ID);
            int pid = Integer.parseInt(Files.readString(pidFile).strip());
            return new PidNamespace(crun, bundle, pid, launcher.reaper().exitOf(pid, mark));
        } catch (Throwable e) {
            remove(crun, bundle);
            throw e;
        }
    }

    static Json config() {
        return new Json()
                .put("ociVersion", "1.0.2")
                .put(
                        "process",
                        new Json()
                                .put("user", new Json().putAlways("uid", 0).putAlways("gid", 0))
                                .put("args", COMMAND)
                                .put("cwd", "/")
                                .put("noNewPrivileges", true)
                                .put("oomScoreAdj", -1000))
                .put("root", new Json().put("path", "root").put("readonly", true))
                .put(
                        "mounts",
                        List.of(
                                new Json()
                                        .put("destination", PROGRAM)
                                        .put("type", "bind")
                                        .put("source", PROGRAM)
                                        .put("options", List.of("bind", "ro", "nosuid", "nodev"))))
                .put(
                        "linux",
                        new Json()
                                .put("cgroupsPath", "/sunaba/" + ID)
                                .put(
                                        "namespaces",
                                        List.of(
                                                new Json().put("type", "pid"),
                                                new Json().put("type", "mount"))));
    }

    /// Puts a container into this namespace instead of one of its own.
    Spec put(Spec spec) {
        Linux.Builder linux = spec.getLinux().toBuilder();
        List<LinuxNamespace> others =
                linux.getNamespacesList().stream()
                        .filter(namespace -> !namespace.getType().equals("pid"))
                        .toList();
        linux.clearNamespaces()
                .addAllNamespaces(others)
                .addNamespaces(
                        LinuxNamespace.newBuilder()
                                .setType("pid")
                                .setPath("/proc/" + pid + "/ns/pid"));
        return spec.toBuilder().setLinux(linux).build();
    }

    /// Ends it, and whoever is still in it.
    void close() throws InterruptedException {
        remove(crun, bundle);
        exit.join();
    }

    private static void remove(Crun crun, Path bundle) throws InterruptedException {
        try {
            crun.run("delete", "--force", ID);
        } catch (IOException | StatusRuntimeException e) {
            Log.warn("removing the sandbox's PID namespace", e);
        }
        try {
            DirectoryTree.remove(bundle);
        } catch (IOException e) {
            Log.warn("removing " + bundle, e);
        }
    }
}
