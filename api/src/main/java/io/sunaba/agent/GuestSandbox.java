package io.sunaba.agent;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// What a guest needs to know of its sandbox.
///
/// @param id the sandbox's id
/// @param hostname the host name
/// @param nameServers addresses of name servers
/// @param sharedPidNamespace whether containers see each other's processes
public record GuestSandbox(
        String id, String hostname, List<String> nameServers, boolean sharedPidNamespace) {
    public GuestSandbox {
        requireNonNull(id, "id is null");
        requireNonNull(hostname, "hostname is null");
        nameServers = List.copyOf(nameServers);
    }
}
