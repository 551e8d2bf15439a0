package io.sunaba.hypervisor;

/// Something that not every hypervisor or machine can do. A caller asks for one by its interface,
/// and gets it or a [io.sunaba.error.RejectedException].
public interface Ability {}
