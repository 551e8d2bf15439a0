package io.sunaba.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/// The platform's: a sandbox, and the shell's commands.
///
/// @param disk an image with ext4
record SandboxGuest(Shell shell, Path disk) implements Guest {
    static final String ID = "bench";
    private static final String MACHINE = "--cpus 1 --memory " + mebibytes(Hotplug.MEMORY);

    /// Creates the sandbox, with its container.
    static void create(Shell shell, Path rootfs) throws IOException {
        shell.run("sandbox:create --id %s --factory new %s".formatted(ID, MACHINE));
        shell.run(
                "container:create %s %s --rootfs %s -- sleep 1000000"
                        .formatted(ID, CONTAINER, rootfs));
        shell.run("sandbox:start " + ID);
    }

    static void delete(Shell shell) throws IOException {
        shell.run("sandbox:delete --force " + ID);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + "M";
    }

    @Override
    public void plugDisk() throws IOException {
        shell.run(
                "device:add %s --block %s --id disk --container %s --destination %s --file-system ext4"
                        .formatted(ID, disk, CONTAINER, DISK_PLACE));
    }

    @Override
    public void unplugDisk() throws IOException {
        shell.run("device:remove %s disk".formatted(ID));
    }

    @Override
    public void plugInterface() throws IOException {
        shell.run("interface:add %s --name eth0".formatted(ID));
    }

    @Override
    public void unplugInterface() throws IOException {
        shell.run("interface:remove %s eth0".formatted(ID));
    }

    @Override
    public void plugMemory() throws IOException {
        resize(Hotplug.MEMORY + Hotplug.MORE_MEMORY);
    }

    @Override
    public void unplugMemory() throws IOException {
        resize(Hotplug.MEMORY);
    }

    private void resize(long bytes) throws IOException {
        shell.run("sandbox:resize %s --memory %s".formatted(ID, mebibytes(bytes)));
    }

    @Override
    public String run(String script) throws IOException {
        return shell.run("container:exec %s %s -- sh -c '%s'".formatted(ID, CONTAINER, script))
                .output();
    }
}
