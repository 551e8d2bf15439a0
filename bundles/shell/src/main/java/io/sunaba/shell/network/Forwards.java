package io.sunaba.shell.network;

import io.sunaba.hypervisor.InterfaceSpec.PortForward;
import io.sunaba.shell.command.Arguments;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Ports to forward, as they are written: `8080:80`, `0.0.0.0:5353:53/udp`.
final class Forwards {
    private static final Pattern FORWARD =
            Pattern.compile(
                    "(?:(?<address>[0-9.]+):)?(?<host>[0-9]{1,5}):(?<guest>[0-9]{1,5})(?:/(?<protocol>tcp|udp))?");
    private static final String LOCAL = "127.0.0.1";

    private Forwards() {}

    static PortForward parse(Arguments arguments, String text) {
        Matcher matcher = FORWARD.matcher(text);
        if (!matcher.matches()) {
            throw arguments.wrong(
                    "--publish %s: not [ADDRESS:]HOSTPORT:GUESTPORT[/udp], such as 8080:80"
                            .formatted(text));
        }
        return new PortForward(
                Optional.ofNullable(matcher.group("protocol")).orElse("tcp"),
                Optional.ofNullable(matcher.group("address")).orElse(LOCAL),
                Integer.parseInt(matcher.group("host")),
                Integer.parseInt(matcher.group("guest")));
    }
}
