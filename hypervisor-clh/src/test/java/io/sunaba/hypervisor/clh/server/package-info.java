/// A program that stands in for Cloud Hypervisor: it allows what our description of the API allows
/// and nothing else, and goes through the states of a VM without running any.
@NullMarked
package io.sunaba.hypervisor.clh.server;

import org.jspecify.annotations.NullMarked;
