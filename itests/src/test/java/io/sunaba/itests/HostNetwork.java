package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Bridges, namespaces and devices of this host, made for a test and removed after it. Names are
/// those of this process.
final class HostNetwork implements AutoCloseable {
    private static final String OWN = Long.toString(ProcessHandle.current().pid(), 36);

    private final Deque<List<String>> undo = new ArrayDeque<>();

    /// Returns a name of a device or namespace that is this process's own.
    static String own(String prefix) {
        return prefix + OWN;
    }

    static Path file(String namespace) {
        return Path.of("/run/netns", namespace);
    }

    /// Runs `ip`, which must succeed.
    static void ip(String line) {
        run(words("ip " + line));
    }

    static List<String> words(String line) {
        return List.of(line.split(" ", -1));
    }

    /// Runs a command, which must succeed, and returns what it prints.
    static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor()).as(String.join(" ", command) + ": " + output).isZero();
            return output.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /// Makes a bridge that has addresses.
    String bridge(String prefix, String... addresses) {
        String name = own(prefix);
        // Of its own: else it would change with the devices on it, and whoever knows it be at a
        // loss.
        ip("link add " + name + " address 02:00:00:66:00:01 type bridge");
        undo.push(words("ip link delete " + name));
        for (String address : addresses) {
            ip("address add " + address + " dev " + name + (address.contains(":") ? " nodad" : ""));
        }
        ip("link set " + name + " up");
        return name;
    }

    /// Makes a namespace as CNI leaves it: a device `eth0` with an address and a default route.
    ///
    /// @param peer the other end, here, or in another namespace
    String namespace(String prefix, String address, String gateway, String peer, String peerSpace) {
        String name = own(prefix);
        ip("netns add " + name);
        undo.push(words("ip netns delete " + name));
        ip("-n " + name + " link add eth0 mtu 1420 type veth peer name " + own(peer));
        String inPeers = "";
        if (!peerSpace.isEmpty()) {
            ip("-n " + name + " link set " + own(peer) + " netns " + own(peerSpace));
            inPeers = "-n " + own(peerSpace) + " ";
        } else {
            // There is no name for the one that this process is in but its own.
            ip("-n " + name + " link set " + own(peer) + " netns " + ProcessHandle.current().pid());
        }
        ip(inPeers + "address add " + gateway + "/24 dev " + own(peer));
        ip(inPeers + "link set " + own(peer) + " mtu 1420 up");
        ip("-n " + name + " address add " + address + "/24 dev eth0");
        ip("-n " + name + " link set eth0 up");
        ip("-n " + name + " route add default via " + gateway);
        return name;
    }

    /// Gives the device `eth0` of a namespace, whose peer is here, an address and a default route
    /// of IPv6.
    void addSix(String name, String peer, String address, String gateway) {
        ip("address add " + gateway + "/64 dev " + own(peer) + " nodad");
        ip("-n " + name + " address add " + address + "/64 dev eth0 nodad");
        ip("-n " + name + " -6 route add default via " + gateway);
    }

    /// Makes an empty namespace.
    String namespace(String prefix) {
        String name = own(prefix);
        ip("netns add " + name);
        undo.push(words("ip netns delete " + name));
        return name;
    }

    /// Returns the names of the devices of a namespace, or of this one.
    static List<String> devices(String inNamespace) {
        return run(words(inNamespace + "ip -o link show"))
                .lines()
                .map(line -> line.replaceFirst("^[0-9]+: ([^:@]+).*", "$1"))
                .toList();
    }

    @Override
    public void close() {
        undo.forEach(HostNetwork::run);
        undo.clear();
    }
}
