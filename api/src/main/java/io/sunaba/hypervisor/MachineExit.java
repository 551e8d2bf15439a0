package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// How a machine ended.
///
/// @param reason what ended it
/// @param detail one line for people: the VMM's last words, the signal, the guest's panic
/// @param at when it was noticed
public record MachineExit(Reason reason, String detail, Instant at) {
    /// What ended a machine.
    public enum Reason {
        /// It was asked to: [Machine#stop] or [Hypervisor#destroy].
        STOPPED,
        /// The guest powered itself off.
        POWERED_OFF,
        /// The guest's kernel panicked.
        PANICKED,
        /// The VMM ended without being asked: killed, crashed, or refused to go on.
        FAILED
    }

    public MachineExit {
        requireNonNull(reason, "reason is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(at, "at is null");
    }
}
