package io.sunaba.hypervisor;

/// Ability of a machine: [InterfaceHotplug] takes networks in user mode, see
/// [InterfaceSpec.UserMode]. Without it they are refused with a
/// [io.sunaba.error.RejectedException], and only tap devices are taken.
public interface UserModeNetworks extends Ability {}
