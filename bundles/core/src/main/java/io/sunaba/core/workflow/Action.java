package io.sunaba.core.workflow;

/// Something to do.
@FunctionalInterface
public interface Action {
    void run() throws InterruptedException;
}
