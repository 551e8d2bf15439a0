package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.guest.protocol.Spec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that tell containers where they are in the network: `resolv.conf`, `hosts` and
/// `hostname`.
///
/// All containers of a sandbox have the same files, mounted, not copied: what is written later is
/// seen at once by those that run. So a file is never replaced by another. They are written when
/// there is somebody to read them: a copy of a machine is slow in all that it does first.
final class NetworkFiles {
    private static final String NAME_SERVERS = "resolv.conf";
    private static final String HOSTS = "hosts";
    private static final String HOST_NAME = "hostname";
    private static final String NAME_SERVER = "nameserver ";
    private static final int MAX_LINES = 64;
    private static final int MAX_LINE = 1024;
    private static final int MAX_SERVERS = 16;
    private static final String LOCALHOST = "127.0.0.1\tlocalhost\n::1\tlocalhost\n";

    private final Path directory;
    private List<String> nameServerLines = List.of();
    private List<IpAddress> addresses = List.of();
    private String hostname = "";
    private boolean written;

    /// @param directory where the files are
    NetworkFiles(Path directory) {
        this.directory = directory;
    }

    /// Begins with a new sandbox.
    ///
    /// @param lines of resolv.conf
    synchronized void create(String name, List<String> lines) {
        if (lines.size() > MAX_LINES) {
            throw Failures.invalid(lines.size() + " lines of DNS are more than " + MAX_LINES);
        }
        for (String line : lines) {
            check("line of DNS", line);
        }
        check("host name", name);
        hostname = name;
        nameServerLines = List.copyOf(lines);
        addresses = List.of();
        written = false;
    }

    /// Makes sure that the files are there, for a container.
    synchronized void provide() throws IOException {
        if (!written) {
            Files.createDirectories(directory);
            writeNameServers();
            writeAddresses();
            write(HOST_NAME, hostname.isEmpty() ? "" : hostname + "\n");
            written = true;
        }
    }

    private static void check(String what, String line) {
        if (line.length() > MAX_LINE || hasControls(line)) {
            throw Failures.invalid(
                    what
                            + " '"
                            + Failures.quotable(line.replaceAll("\\p{Cntrl}", "?"))
                            + "' is too long or has control characters");
        }
    }

    private static boolean hasControls(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ') {
                return true;
            }
        }
        return false;
    }

    /// Replaces the name servers. Search lists and options stay.
    synchronized void setNameServers(List<String> addresses) throws IOException {
        if (addresses.size() > MAX_SERVERS) {
            throw Failures.invalid(addresses.size() + " name servers are more than " + MAX_SERVERS);
        }
        List<String> lines = new ArrayList<>();
        for (String address : addresses) {
            IpAddress server = IpAddress.parse(address);
            if (server == null || server.isUnspecified() || server.isMulticast()) {
                throw Failures.invalid(
                        "name server '" + Failures.quotable(address) + "' is no address of one");
            }
            lines.add(NAME_SERVER + server);
        }
        nameServerLines.stream().filter(line -> !line.startsWith(NAME_SERVER)).forEach(lines::add);
        nameServerLines = List.copyOf(lines);
        if (written) {
            writeNameServers();
        }
    }

    private void writeNameServers() throws IOException {
        write(NAME_SERVERS, lines(nameServerLines));
    }

    /// Writes over what is there: who reads at this moment must not find an empty file.
    private void write(String name, String text) throws IOException {
        byte[] content = text.getBytes(UTF_8);
        // Takes less code than a channel, all of which is new to each copy of a machine.
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            file.write(content);
            file.setLength(content.length);
        }
    }

    private static String lines(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /// Says which addresses the host name stands for; none = only this machine knows it.
    synchronized void setAddresses(List<IpAddress> known) throws IOException {
        addresses = List.copyOf(known);
        if (written) {
            writeAddresses();
        }
    }

    private void writeAddresses() throws IOException {
        StringBuilder hosts = new StringBuilder(LOCALHOST);
        if (!hostname.isEmpty() && !hostname.equals("localhost")) {
            for (Object address : addresses.isEmpty() ? List.of("127.0.1.1") : addresses) {
                hosts.append(address).append('\t').append(hostname).append('\n');
            }
        }
        write(HOSTS, hosts.toString());
    }

    /// Has a container with a host name of its own find that where the sandbox's would be.
    ///
    /// @param bundle a directory that lives as long as the container
    Spec mountOwnHostName(Spec spec, Path bundle) throws IOException {
        String shared = directory.resolve(HOST_NAME).toString();
        Spec.Builder changed = spec.toBuilder();
        for (int i = 0; i < spec.getMountsCount(); i++) {
            if (!spec.getHostname().isEmpty() && spec.getMounts(i).getSource().equals(shared)) {
                Path own = bundle.resolve(HOST_NAME);
                Files.writeString(own, spec.getHostname() + "\n");
                changed.setMounts(i, spec.getMounts(i).toBuilder().setSource(own.toString()));
            }
        }
        return changed.build();
    }
}
