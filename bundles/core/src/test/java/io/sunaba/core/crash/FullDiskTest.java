package io.sunaba.core.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every operation on a real file system that is full from one of its writes on: once there is room
/// again, all is as if it had not been done, or done, and it can be repeated.
class FullDiskTest {
    private static final List<String> NAMESPACES = List.of("unshare", "--map-root-user", "--mount");

    @TempDir Path directory;

    private static void requireNamespaces() throws Exception {
        List<String> command = new ArrayList<>(NAMESPACES);
        command.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", "/mnt"));
        Process mount = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mount.waitFor())
                .as(
                        "'%s' does not work here: %s%nallow user namespaces (sysctl"
                                + " user.max_user_namespaces, kernel.unprivileged_userns_clone,"
                                + " kernel.apparmor_restrict_unprivileged_userns), or run this"
                                + " test as root",
                        String.join(" ", command), output)
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fs", "leveldb"})
    void atEveryWrite(String storage) throws Exception {
        requireNamespaces();
        Process walk = ChildJvm.start(NAMESPACES, FullDisk.class, directory.toString(), storage);
        String done = new String(walk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(walk.waitFor()).as("walked: %s", done).isZero();
        assertThat(done.lines())
                .containsExactlyElementsOf(
                        Arrays.stream(Operation.values()).map(Operation::name).toList());
    }
}
