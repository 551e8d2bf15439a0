/// ttRPC for the stubs of grpc-java, over any pair of byte streams.
///
/// A frame has a header of ten bytes (length, stream, type, flags; big endian) and at most 4 MiB of
/// payload, which is an envelope around the message of a call. Only unary calls are served. The
/// package needs neither OSGi nor a transport of grpc-java.
@Export
@Version("1.0.0")
@NullMarked
package io.sunaba.ttrpc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
