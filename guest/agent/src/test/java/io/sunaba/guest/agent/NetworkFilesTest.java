package io.sunaba.guest.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.guest.protocol.Mount;
import io.sunaba.guest.protocol.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkFilesTest {
    @TempDir private Path directory;
    private NetworkFiles files;

    @BeforeEach
    void create() {
        files = new NetworkFiles(directory);
    }

    private String read(String name) throws Exception {
        return Files.readString(directory.resolve(name));
    }

    @Test
    void theyTellWhatTheHostSaid() throws Exception {
        files.create("blue", List.of("nameserver 10.0.2.3", "search example.org"));
        files.provide();

        assertThat(read("resolv.conf")).isEqualTo("nameserver 10.0.2.3\nsearch example.org\n");
        assertThat(read("hostname")).isEqualTo("blue\n");
        assertThat(read("hosts"))
                .isEqualTo("127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\tblue\n");

        files.setAddresses(
                List.of(
                        requireNonNull(IpAddress.parse("10.0.2.15")),
                        requireNonNull(IpAddress.parse("fd00::15"))));
        assertThat(read("hosts"))
                .isEqualTo(
                        "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.0.2.15\tblue\nfd00::15\tblue\n");

        files.create("", List.of());
        files.provide();
        assertThat(read("resolv.conf")).isEmpty();
        assertThat(read("hostname")).isEmpty();
        assertThat(read("hosts")).isEqualTo("127.0.0.1\tlocalhost\n::1\tlocalhost\n");
    }

    @Test
    void theyAreWrittenWhenThereIsAContainer() throws Exception {
        files.create("blue", List.of("nameserver 10.0.2.3"));
        files.setNameServers(List.of("10.0.9.3"));
        files.setAddresses(List.of(requireNonNull(IpAddress.parse("10.0.2.15"))));
        assertThat(directory).isEmptyDirectory();

        files.provide();
        assertThat(read("resolv.conf")).isEqualTo("nameserver 10.0.9.3\n");
        assertThat(read("hosts"))
                .isEqualTo("127.0.0.1\tlocalhost\n::1\tlocalhost\n10.0.2.15\tblue\n");
    }

    @Test
    void nameServersChangeInPlace() throws Exception {
        files.create("blue", List.of("nameserver 10.0.2.3", "search example.org"));
        files.provide();
        Object mounted = fileKey();

        files.setNameServers(List.of("10.0.9.3", "FD00::3"));
        assertThat(read("resolv.conf"))
                .isEqualTo("nameserver 10.0.9.3\nnameserver fd00::3\nsearch example.org\n");
        files.setNameServers(List.of());
        assertThat(read("resolv.conf")).isEqualTo("search example.org\n");

        assertThat(fileKey()).as("what containers have mounted").isEqualTo(mounted);
    }

    @Test
    void whoReadsNeverFindsAnEmptyFile() throws Exception {
        files.create("blue", List.of("nameserver 10.0.2.3"));
        files.provide();
        AtomicBoolean written = new AtomicBoolean();
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (int i = 0; i < 2000; i++) {
                                    files.setNameServers(List.of("10.0.2.3", "10.0.9." + i % 200));
                                }
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            } finally {
                                written.set(true);
                            }
                        });

        int reads = 0;
        while (!written.get() || reads == 0) {
            assertThat(read("resolv.conf")).startsWith("nameserver 10.0.2.3\n");
            reads++;
        }
        writer.join();
    }

    private Object fileKey() throws Exception {
        return Files.getAttribute(directory.resolve("resolv.conf"), "unix:ino");
    }

    @Test
    void whatIsNoNameServerIsRefusedAndNothingChanged() throws Exception {
        files.create("blue", List.of("nameserver 10.0.2.3"));
        files.provide();

        for (String bad :
                List.of("", "dns.example.org", "10.0.2.3\nsearch x", "0.0.0.0", "ff02::1")) {
            assertThatThrownBy(() -> files.setNameServers(List.of("10.0.9.3", bad)))
                    .as(bad)
                    .hasMessageStartingWith("INVALID_ARGUMENT: name server '" + bad + "'");
        }
        assertThatThrownBy(() -> files.setNameServers(Collections.nCopies(17, "10.0.9.3")))
                .hasMessage("INVALID_ARGUMENT: 17 name servers are more than 16");
        assertThatThrownBy(() -> files.create("red", List.of("search x\noptions y")))
                .hasMessageContaining(
                        "line of DNS 'search x?options y' is too long or has control");
        assertThatThrownBy(() -> files.create("r\ne", List.of()))
                .hasMessageContaining("host name 'r?e'");
        assertThatThrownBy(() -> files.create("red", Collections.nCopies(65, "search x")))
                .hasMessageContaining("65 lines of DNS are more than 64");

        assertThat(read("resolv.conf")).isEqualTo("nameserver 10.0.2.3\n");
        assertThat(read("hostname")).isEqualTo("blue\n");
    }

    @Test
    void aContainerWithAHostNameOfItsOwnSeesThat(@TempDir Path bundle) throws Exception {
        files.create("blue", List.of());
        Mount shared =
                Mount.newBuilder()
                        .setDestination("/etc/hostname")
                        .setSource(directory.resolve("hostname").toString())
                        .build();
        Spec spec =
                Spec.newBuilder()
                        .addMounts(Mount.newBuilder().setDestination("/proc"))
                        .addMounts(shared)
                        .build();

        assertThat(files.mountOwnHostName(spec, bundle)).isEqualTo(spec);
        Spec own = files.mountOwnHostName(spec.toBuilder().setHostname("green").build(), bundle);
        assertThat(Path.of(own.getMounts(1).getSource())).startsWith(bundle).hasContent("green\n");
    }
}
