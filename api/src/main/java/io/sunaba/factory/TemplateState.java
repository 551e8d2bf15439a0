package io.sunaba.factory;

/// Where a template is in its life.
public enum TemplateState {
    /// It is being made; requests are served by another factory.
    MAKING,
    /// Machines are cloned from it.
    READY
}
