//! `#[derive(Managed)]`: the attributes of a resource, each said once, where its field is, with the call that sends it.
//!
//! | On a field      | What it says                                                                 |
//! |-----------------|------------------------------------------------------------------------------|
//! | `#[fixed]`      | Set at creation for good: a change of it replaces the resource               |
//! | `#[sent(Call)]` | `Call::Call` sends it; several calls in a row where it takes more than one   |
//! | `#[renewed(Call)]` | Not of the file: a change elsewhere (a role made anew) has it sent again by this call |
//! | `#[sent]`       | The one call that changes a resource of this kind sends it                   |
//! | `#[tags]`       | The user's tags, which are written after every change                        |
//! | `#[flat]`       | Its own fields are attributes of the resource                                |
//! | `#[unmanaged]`  | Only looked at                                                               |
//!
//! A field that says nothing does not compile, so that an attribute which no call sends cannot be written. Nor does an
//! attribute without documentation: `pipectl explain` shows it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, Result, Token, parse_macro_input,
};

/// Implements `Managed` of `resources::managed`, and `Tagged` where there are tags.
#[proc_macro_derive(Managed, attributes(fixed, sent, renewed, tags, flat, unmanaged))]
pub fn managed(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// What a field says about itself.
enum Part {
    Fixed,
    /// By these variants of `Call`; none where there is but one call.
    Sent(Vec<Ident>),
    Renewed(Vec<Ident>),
    Tags,
    Flat,
    Unmanaged,
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else { return Err(Error::new_spanned(input, "a resource is a struct")) };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&data.fields, "the fields of a resource have names"));
    };
    let parts = fields.named.iter().map(|field| Ok((field, part(field)?))).collect::<Result<Vec<_>>>()?;
    let name = &input.ident;
    let (call, describe, calls, tagged) = (call_type(&parts), describe(&parts), calls(&parts), tagged(name, &parts));
    let (about, explain) = (said(&input.attrs), explain(&parts)?);
    Ok(quote! {
        impl crate::resources::managed::Managed for #name {
            const ABOUT: &'static str = #about;
            type Call = #call;
            #describe
            #explain
            #calls
        }
        #tagged
    })
}

fn part(field: &Field) -> Result<Part> {
    let found = field.attrs.iter().map(read).collect::<Result<Vec<_>>>()?;
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(part), None) => Ok(part),
        _ => Err(Error::new_spanned(
            field,
            "say one of #[fixed], #[sent], #[sent(Call)], #[renewed(Call)], #[tags], #[flat] and #[unmanaged] of this field",
        )),
    }
}

/// `None` for what is not ours, a comment for instance.
fn read(attribute: &Attribute) -> Result<Option<Part>> {
    let is = |name: &str| attribute.path().is_ident(name);
    if is("renewed") || is("sent") && attribute.meta.require_path_only().is_err() {
        let calls = attribute.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)?;
        let calls = calls.into_iter().collect();
        return Ok(Some(if is("renewed") { Part::Renewed(calls) } else { Part::Sent(calls) }));
    }
    let words = [
        ("sent", Part::Sent(vec![])),
        ("fixed", Part::Fixed),
        ("tags", Part::Tags),
        ("flat", Part::Flat),
        ("unmanaged", Part::Unmanaged),
    ];
    let Some((_, part)) = words.into_iter().find(|(word, _)| is(word)) else { return Ok(None) };
    attribute.meta.require_path_only()?;
    Ok(Some(part))
}

/// The module's `Call`, or nothing where one call sends all there is.
fn call_type(parts: &[(&Field, Part)]) -> TokenStream {
    let several = parts.iter().any(|(_, part)| matches!(part, Part::Sent(calls) if !calls.is_empty()));
    if several { quote!(Call) } else { quote!(()) }
}

/// In the order of the fields, which is the one in which plans show them.
fn describe(parts: &[(&Field, Part)]) -> TokenStream {
    let steps = parts.iter().map(|(field, part)| {
        let (name, text) = (&field.ident, text(field));
        match part {
            Part::Fixed => quote!(let all = all.replace(#text, &self.#name);),
            Part::Sent(_) | Part::Tags => quote!(let all = all.update(#text, &self.#name);),
            Part::Renewed(_) => quote!(let all = all.renew(#text, &self.#name);),
            Part::Flat => quote!(let all = crate::resources::managed::Managed::describe(&self.#name, all);),
            Part::Unmanaged => quote!(),
        }
    });
    quote! {
        fn describe(&self, all: crate::engine::diff::Attributes) -> crate::engine::diff::Attributes {
            #(#steps)*
            all
        }
    }
}

/// What the documentation of a type or a field says, on one line and without links.
fn said(attributes: &[Attribute]) -> String {
    let documented = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let lines = documented.filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
        Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").replace("[`", "`").replace("`]", "`").replace("`None`", "Not set")
}

/// What is the same of every kind needs no words at its field.
fn usual(name: &str) -> Option<&'static str> {
    match name {
        "name" => Some("What AWS knows it by."),
        "description" => Some("For people who meet it in the console."),
        "tags" => Some("The file's `tags`; pipectl's own stand beside them."),
        _ => None,
    }
}

fn explain(parts: &[(&Field, Part)]) -> Result<TokenStream> {
    let explained = parts.iter().filter_map(|(field, part)| {
        let on_change = match part {
            Part::Fixed => quote!(Replace),
            Part::Sent(_) | Part::Tags => quote!(Update),
            Part::Renewed(_) => quote!(Renew),
            Part::Flat => {
                let inner = &field.ty;
                return Some(Ok(quote!(all.extend(<#inner as crate::resources::managed::Managed>::explain());)));
            }
            Part::Unmanaged => return None,
        };
        let (name, own) = (text(field), said(&field.attrs));
        let Some(why) = Some(own.as_str()).filter(|own| !own.is_empty()).or_else(|| usual(&name)) else {
            return Some(Err(Error::new_spanned(field, "say what this attribute is for")));
        };
        Some(Ok(quote!(all.push(crate::resources::managed::Explanation {
            attribute: #name,
            why: #why,
            on_change: crate::resources::managed::OnChange::#on_change,
        });)))
    });
    let explained = explained.collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        fn explain() -> Vec<crate::resources::managed::Explanation> {
            let mut all = vec![];
            #(#explained)*
            all
        }
    })
}

fn calls(parts: &[(&Field, Part)]) -> TokenStream {
    let arms = parts.iter().filter_map(|(field, part)| {
        let (Part::Sent(calls) | Part::Renewed(calls)) = part else { return None };
        let text = text(field);
        Some(if calls.is_empty() { quote!(#text => &[()],) } else { quote!(#text => &[#(Call::#calls),*],) })
    });
    let flat = parts.iter().filter(|(_, part)| matches!(part, Part::Flat)).map(|(field, _)| {
        let inner = &field.ty;
        quote!([<#inner as crate::resources::managed::Managed>::calls(attribute)])
    });
    let others = flat.reduce(|first, next| quote!(#first.into_iter().chain(#next)));
    let others = others
        .map_or_else(|| quote!(&[]), |all| quote!(#all.into_iter().find(|calls| !calls.is_empty()).unwrap_or(&[])));
    quote! {
        fn calls(attribute: &str) -> &'static [Self::Call] {
            match attribute {
                #(#arms)*
                _ => #others,
            }
        }
    }
}

fn tagged(name: &Ident, parts: &[(&Field, Part)]) -> Option<TokenStream> {
    let (Field { ident, ty, .. }, _) = parts.iter().find(|(_, part)| matches!(part, Part::Tags))?;
    Some(quote! {
        impl crate::resources::managed::Tagged for #name {
            fn tags(&self) -> &#ty {
                &self.#ident
            }
        }
    })
}

fn text(field: &Field) -> String {
    field.ident.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(written: TokenStream) -> std::result::Result<String, String> {
        let input: DeriveInput = syn::parse2(written).unwrap();
        expand(&input).map(|code| code.to_string().replace(' ', "")).map_err(|error| error.to_string())
    }

    #[test]
    fn each_field_is_an_attribute_and_knows_its_calls() {
        let code = expanded(quote! {
            struct Topic {
                #[fixed] name: String,
                /// What stands
                /// above [`Topic`].
                #[sent(Title, Subject)] title: String,
                /// Whose.
                #[renewed(Title)] owner: String,
                #[flat] policy: Delivery,
                #[tags] tags: Tags,
                #[unmanaged] seen: u8,
            }
        });
        let code = code.unwrap();
        for part in [
            "typeCall=Call;",
            "letall=all.replace(\"name\",&self.name);letall=all.update(\"title\",&self.title);letall=all.renew(\"owner\",&self.owner);",
            "::describe(&self.policy,all);letall=all.update(\"tags\",&self.tags);all}",
            "\"title\"=>&[Call::Title,Call::Subject],\"owner\"=>&[Call::Title],_=>[<Deliveryas",
            "fntags(&self)->&Tags{&self.tags}",
            "attribute:\"title\",why:\"Whatstandsabove`Topic`.\",on_change:crate::resources::managed::OnChange::Update",
            "attribute:\"name\",why:\"WhatAWSknowsitby.\",on_change:crate::resources::managed::OnChange::Replace",
            "all.extend(<Deliveryascrate::resources::managed::Managed>::explain());",
        ] {
            assert!(code.contains(part), "{part}:\n{code}");
        }
        assert!(!code.contains("seen"), "{code}");
    }

    #[test]
    fn an_attribute_without_documentation_does_not_compile() {
        let written = quote!(
            struct Topic {
                #[sent]
                title: String,
            }
        );
        assert_eq!(expanded(written).unwrap_err(), "say what this attribute is for");
    }

    #[test]
    fn one_call_needs_no_name() {
        let code = expanded(quote!(
            struct Topic {
                /// What stands above.
                #[sent]
                title: String,
            }
        ))
        .unwrap();
        assert!(code.contains("typeCall=();") && code.contains("\"title\"=>&[()],_=>&[],"), "{code}");
    }

    #[test]
    fn a_field_that_says_nothing_or_two_things_does_not_compile() {
        for written in [
            quote!(
                struct Topic {
                    title: String,
                }
            ),
            quote!(
                struct Topic {
                    #[fixed]
                    #[sent]
                    title: String,
                }
            ),
            quote!(
                struct Topic {
                    #[doc = "sent"]
                    title: String,
                }
            ),
        ] {
            assert!(expanded(written).unwrap_err().starts_with("say one of"));
        }
        assert!(
            expanded(quote!(
                struct Topic {
                    #[fixed(x)]
                    title: String,
                }
            ))
            .is_err()
        );
    }
}
