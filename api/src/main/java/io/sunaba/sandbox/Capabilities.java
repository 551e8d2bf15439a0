package io.sunaba.sandbox;

import java.util.List;

/// The Linux capabilities of a process by their names, such as `CAP_CHOWN`, in the five sets that
/// `capabilities(7)` explains.
///
/// @param bounding what it can ever gain
/// @param effective what the kernel checks
/// @param permitted what it may make effective
/// @param inheritable what it may keep over the start of a program that allows for it
/// @param ambient what it keeps over the start of any program
public record Capabilities(
        List<String> bounding,
        List<String> effective,
        List<String> permitted,
        List<String> inheritable,
        List<String> ambient) {
    /// No capability at all.
    public static final Capabilities NONE = of(List.of());

    /// What a process has that asks for nothing else (source: Docker, default capabilities).
    public static final Capabilities USUAL =
            of(
                    List.of(
                            "CAP_AUDIT_WRITE",
                            "CAP_CHOWN",
                            "CAP_DAC_OVERRIDE",
                            "CAP_FOWNER",
                            "CAP_FSETID",
                            "CAP_KILL",
                            "CAP_MKNOD",
                            "CAP_NET_BIND_SERVICE",
                            "CAP_NET_RAW",
                            "CAP_SETFCAP",
                            "CAP_SETGID",
                            "CAP_SETPCAP",
                            "CAP_SETUID",
                            "CAP_SYS_CHROOT"));

    public Capabilities {
        bounding = List.copyOf(bounding);
        effective = List.copyOf(effective);
        permitted = List.copyOf(permitted);
        inheritable = List.copyOf(inheritable);
        ambient = List.copyOf(ambient);
    }

    /// Capabilities that are in force and can be gained, and are not handed down.
    public static Capabilities of(List<String> names) {
        return new Capabilities(names, names, names, List.of(), List.of());
    }
}
