//! Traces of requests and solves by OTLP, in builds with the feature `otel`: where `OTEL_EXPORTER_OTLP_ENDPOINT` (or
//! its `…_TRACES_ENDPOINT`) is set, spans go there in batches, as HTTP with protobuf.

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

/// Spans that wait to be sent; those that are left are sent when it is dropped.
#[must_use]
#[derive(Debug, Default)]
pub struct Traces {
    #[cfg(feature = "otel")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// What sends spans, if they are wanted.
#[cfg(feature = "otel")]
pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>()
-> (Option<impl Layer<S>>, Traces, Option<String>) {
    use opentelemetry::trace::TracerProvider as _;
    let names = [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ];
    if names.iter().all(|name| std::env::var_os(name).is_none()) {
        return (None, Traces::default(), None);
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build();
    let exporter = match exporter {
        Ok(exporter) => exporter,
        Err(error) => return (None, Traces::default(), Some(error.to_string())),
    };
    // `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say more of it.
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let mut resource = opentelemetry_sdk::Resource::builder();
    if !named {
        resource = resource.with_service_name("muster");
    }
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("muster"));
    let provider = Some(provider);
    (Some(layer), Traces { provider }, None)
}

/// Nothing sends spans in this build.
#[cfg(not(feature = "otel"))]
pub(super) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>()
-> (Option<impl Layer<S>>, Traces, Option<String>) {
    let none: Option<tracing_subscriber::layer::Identity> = None;
    (none, Traces::default(), None)
}

#[cfg(feature = "otel")]
impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.provider.take().map(|provider| provider.shutdown()) {
            tracing::warn!(%error, "the last traces are not sent");
        }
    }
}
