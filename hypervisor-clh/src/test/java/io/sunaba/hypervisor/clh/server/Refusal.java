package io.sunaba.hypervisor.clh.server;

import java.util.List;

/// A request is refused.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final List<String> chain;

    Refusal(int status, String... chain) {
        super(String.join(": ", chain));
        this.status = status;
        this.chain = List.of(chain);
    }

    int status() {
        return status;
    }

    List<String> chain() {
        return chain;
    }
}
